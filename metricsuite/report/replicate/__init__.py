"""`metricsuite replicate`: `replication.py` is the command, `published_*` what was published and how, `sources.py` what certificates hold,
`network_*` the part on networks that learned, `page.py` the page.
"""
