"""`metricsuite show`: `showing.py` is the command, `recording.py` asks a case for its designs, `plots.py` draws them; `setting_*` vary a metric."""
