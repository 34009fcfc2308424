"""Metrics that must not pass, each for a reason of its own; `sound` is what each would be."""

import numpy as np

from metricsuite import metric


def sound(x, y):
    """Difference of norms."""
    return abs(float(np.linalg.norm(x) - np.linalg.norm(y)))


def raises(x, y):
    """Gives up."""
    raise RuntimeError("out of ideas")


def not_a_number(x, y):
    """Divides nothing by nothing."""
    return float("nan")


def mutates(x, y):
    """Centres its input in place."""
    x -= x.mean()
    return sound(x, y)


@metric("wrong_claim", pairing="none", invariant_to={"isotropic-scaling"}, sensitive_to={"unit-scaling"})
def wrong_claim(x, y):
    """Norms do scale."""
    return sound(x, y)


@metric("narrower", pairing="none", axioms={"symmetry"}, sensitive_to={"isotropic-scaling"})
def before(x, y):
    """As it was released."""
    return sound(x, y)


@metric("narrower", pairing="none", axioms={"symmetry"}, sensitive_to={"unit-scaling"})
def after(x, y):
    """As a branch has it: a claim is withdrawn."""
    return sound(x, y)
