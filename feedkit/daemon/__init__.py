"""feedkit as a service: runs come by themselves, when something is due. Above the pipeline."""
