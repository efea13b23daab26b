"""The road an entry travels, told in `feedkit.pipeline.run`, and what it is made of."""
