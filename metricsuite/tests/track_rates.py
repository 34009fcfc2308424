"""What a whole track lets through: the rates of its criteria, multiplied.

Rows: ``{track, blocks, metric, decisions, pass_together, at_least, assuming}``. `pass_together` is the product of the simulated rates of
"yes"; `at_least` that of their lower bounds, so that no rate counts for more than the runs behind it can show.
"""

from typing import Any

import numpy as np
from scipy.stats import beta

# Which criteria decide the cases of a track. Contract, axioms and invariance allow for rounding, and nothing there is by chance.
DECISIONS = {
    "geometry": {"separates": 1, "sensitive": 5, "invariant": 1, "flat": 1, "stays_unrelated": 3},
    "dynamics": {
        "separates": 30, "survives": 1, "sensitive": 1, "invariant": 6, "invariant below 1": 3, "rises": 7, "vanishes": 2,
    },
    "noise": {"survives": 2, "invariant": 3, "withstands": 4},
    "learning": {"separates": 12, "follows": 22, "arrives": 8, "vanishes": 6},
}  # fmt: skip
SEEDS = {"stays_unrelated": 8}  # half of the 16: all pairs of all sizes are compared
IDEAL, NULL = "ideal (AUC .99, rho .99, image ratio .05)", "null (AUC .5, rho 0, image ratio 1)"
METRICS = {  # vanishes: the second of the levels lies at an eighth of the way to the last, and so does what is linear in it
    IDEAL: {
        "separates": 0.99, "survives": 0.99, "sensitive": 1.0, "rises": 0.99, "follows": 0.99, "vanishes": 0.125,
        "invariant": 0.05, "arrives": 0.05, "invariant below 1": 0.05, "flat": 0.05, "withstands": 0.05, "stays_unrelated": 0.0,
    },
    NULL: {
        "separates": 0.5, "survives": 0.5, "sensitive": 1.0, "rises": 0.0, "follows": 0.0, "vanishes": 1.0,
        "invariant": 1.0, "arrives": 1.0, "invariant below 1": 1.0, "flat": 1.0, "withstands": 1.0, "stays_unrelated": 0.0,
    },
}  # fmt: skip
ASSUMING = (
    "independent decisions at 16 seeds: the product of the rates of 'yes' above; at_least: of their lower 95 % bounds"
)


def at_least(yes: int, runs: int) -> float:
    """The lower 95 % bound on a rate (Clopper & Pearson 1934)."""
    return float(beta.ppf(0.05, yes, runs - yes + 1)) if yes else 0.0


def track_rows(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often all decisions of a track pass together, for a metric that sees everything and one that sees nothing."""
    found = {(r["criterion"], r["truth"]): r for r in table if r["blocks"] == SEEDS.get(r["criterion"], 16)}
    rows = []
    for track, decisions in DECISIONS.items():
        for metric, truths in METRICS.items():
            used = [(found[name, truths[name]], count) for name, count in decisions.items()]
            together = np.prod([(r["yes"] / r["runs"]) ** count for r, count in used])
            bound = np.prod([at_least(r["yes"], r["runs"]) ** count for r, count in used])
            head = {"track": track, "blocks": 16, "metric": metric, "decisions": decisions}
            passes = {"pass_together": round(float(together), 6), "at_least": round(float(bound), 6)}
            rows.append({**head, **passes, "assuming": ASSUMING})
    return rows
