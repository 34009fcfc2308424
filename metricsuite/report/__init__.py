"""What a run shows: the table in the terminal, the spec that a profiled metric could claim."""
