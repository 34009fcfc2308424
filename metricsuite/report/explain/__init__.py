"""The texts of ``metricsuite explain``: what is known of a property, a criterion or a metric, read from the code wherever it stands."""
