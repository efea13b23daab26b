"""The tolerant path: what is not well-formed, by feedparser.

feedparser only takes the document apart. Dates, people, text and base URLs are read by the same
functions as on the well-formed path, so that both give the same `Feed`. `for_feedparser.py` makes
the text ready, `values.py` is what its values mean, and `reader.py` is where a document comes in.
"""
