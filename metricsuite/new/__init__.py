"""``metricsuite new``: a working, tested metric or case to start from, written from `templates`."""
