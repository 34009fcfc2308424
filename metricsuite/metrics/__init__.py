"""Built-in metrics, one a file; `metricsuite.load_metric` finds them by name."""
