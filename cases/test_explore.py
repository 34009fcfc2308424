"""Counterexamples wanted: claims tried on sizes, types and scales that no published seed has. Only with ``--explore``.

Hypothesis draws random recurrent networks and shrinks what breaks a claim to its smallest form. What it finds fails the run and is
printed; it is no verdict and never enters a certificate, which must come out the same every time.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from metricsuite import Contrast, Orbit, pairwise
from metricsuite.criteria import invariant, symmetric, triangular
from metricsuite.errors import MetricError
from metricsuite.systems import random_networks
from metricsuite.transformations import TRANSFORMATIONS, transform

SEARCH = settings(max_examples=60, deadline=None, database=None, derandomize=True)


@st.composite
def networks(draw, number):
    """Paired networks of one drawn size, type and scale."""
    sizes = {"trials": draw(st.integers(4, 24)), "steps": draw(st.integers(60, 150)), "units": draw(st.integers(4, 32))}
    dtype, scale = draw(st.sampled_from([np.float32, np.float64])), 10.0 ** draw(st.integers(-6, 6))
    systems = random_networks(
        draw(st.lists(st.integers(0, 10**6), min_size=number, max_size=number, unique=True)), **sizes
    )
    return [replace(s, array=(scale * s.array).astype(dtype)) for s in systems]


def distances(metric, design, **how):
    """Sizes that a metric refuses are outside what it claims; everything else it must answer."""
    assume(min(s.trials * s.time for s in design.systems) >= metric.spec.min_samples)
    try:
        return pairwise(metric, design, **how)
    except MetricError as error:
        if "InputError" in str(error) or "ValueError" in str(error):
            reject()
        raise


@pytest.mark.explores
def test_claimed_invariances(metric):
    claimed = [name for name in TRANSFORMATIONS if name in metric.spec.invariant_to]
    if not claimed:
        pytest.skip(f"{metric.label} claims no invariance to a group action")

    @SEARCH
    @given(networks(3), st.sampled_from(claimed), st.integers(0, 10**6))
    def hold(systems, name, seed):
        images = [transform(s, name, np.random.default_rng([seed, i])) for i, s in enumerate(systems)]
        rounding = 1e-3 if systems[0].array.dtype == np.float32 else 1e-6  # the image itself is rounded to float32
        decision = invariant(distances(metric, Orbit(systems, images, paired=True)), exactly=True)
        assert decision.statistic <= max(rounding, metric.spec.tolerance), f"{name}: {decision.reason}"

    hold()


@pytest.mark.explores
def test_claimed_axioms(metric):
    if not metric.spec.axioms:
        pytest.skip(f"{metric.label} claims no axiom")

    @SEARCH
    @given(networks(4), st.floats(0.1, 0.9))
    def hold(systems, share):
        between = replace(systems[0], array=((1 - share) * systems[0].array + share * systems[1].array))
        found = distances(metric, Contrast({"a": [systems[0], between], "b": systems[1:]}, paired=True), both=True)
        for axiom, criterion in (("symmetry", symmetric), ("triangle", triangular)):
            if axiom in metric.spec.axioms:
                decision = criterion(found)
                assert decision.answer == "yes", f"{axiom}: {decision.reason}"

    hold()
