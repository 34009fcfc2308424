"""A lab's systems and metrics: replays of a sequence, in its order or another."""

import numpy as np

from metricsuite import metric


def replays(seeds, order):
    """Bumps of activity, (trials, time, units), one unit after the other."""
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, *order])
        peaks = 4.0 * np.argsort(order) + rng.normal(scale=0.3, size=(5, len(order)))
        time = np.arange(4 * len(order))[:, None]
        rates = np.exp(-0.5 * (time - peaks[:, None, :]) ** 2 / 4)
        out.append(rates + 0.05 * rng.normal(size=rates.shape))
    return out


@metric("lab-order", pairing="none", units="equal", axioms={"symmetry"}, sensitive_to={"downstream-lab/replay"})
class Order:
    """When each unit peaks."""

    def prepare(self, x):
        """Ranks of the times of the peaks of the mean."""
        return np.argsort(np.argsort(x.mean(0).argmax(0)))

    def compare(self, a, b):
        """Mean difference of ranks."""
        return float(np.abs(a - b).mean())


@metric("lab-sizes", pairing="none", axioms={"symmetry"}, sensitive_to={"downstream-lab/replay"})
def sizes(x, y):
    """Claims what it cannot do; the waiver says so."""
    return abs(float(np.linalg.norm(x) - np.linalg.norm(y)))
