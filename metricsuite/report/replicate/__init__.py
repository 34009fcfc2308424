"""`metricsuite replicate`: `replication.py` is the command, `published_*` what was published and how, `sources.py` what certificates hold."""
