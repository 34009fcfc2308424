"""The vocabulary: everything that a metric can claim, with its meaning, source and track. Data only; the one place.

A property belongs to one track and has a direction: a metric can be `invariant` to it, `sensitive` to it, or claim either.
Contract and axioms have directions of their own. `EXCLUDES` lists the claims that no metric can keep together.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

TRACKS = {
    "contract": "what a measurement must do to be one",
    "axioms": "what makes a distance a metric in the mathematical sense",
    "invariance": "group actions on trajectories that may or may not matter",
    "geometry": "what the cloud of states does to a measure",
    "dynamics": "what the law of motion does to a measure",
    "noise": "what disturbance does to a measure",
    "learning": "what training does to a measure",
}
EITHER = ("invariant", "sensitive")


@dataclass(frozen=True)
class Property:
    """One entry of the vocabulary.

    Parameters
    ----------
    name : str
        Lower case, words joined by hyphens; a lab's own are ``lab/name``.
    track : str
        A key of `TRACKS`.
    meaning : str
        What holds of a metric that has the property, in a sentence.
    directions : tuple of str
        Which claims are possible: "invariant", "sensitive", "axiom", "contract".
    source : str
        Who defined or demanded it.
    """

    name: str
    track: str
    meaning: str
    directions: tuple[str, ...] = ("sensitive",)
    source: str = ""


def _entries(track: str, directions: tuple[str, ...], rows: str) -> list[Property]:
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines()]
    return [Property(name, track, meaning, directions, source) for name, meaning, source in cells]


_ALL = [
    *_entries("contract", ("contract",), """
        finite          | returns one finite float for every pair of systems in its scope                        | metricsuite
        non-negative    | never returns a distance below zero                                                    | Frechet 1906
        repeatable      | returns the same value twice and after other calls, alone and (to rounding) in a batch | metricsuite
        input-untouched | leaves the arrays that it was given as they were                                       | metricsuite
        stateless       | leaves the global random state of python, numpy and torch alone                        | metricsuite
        identity        | is zero between a system and its copy (or least there, where self_value is None)       | Frechet 1906
        not-constant    | does not give one value to all pairs of systems                                        | metricsuite
    """),
    *_entries("axioms", ("axiom",), """
        symmetry        | d(x, y) = d(y, x)                                                                      | Frechet 1906
        triangle        | d(x, z) <= d(x, y) + d(y, z), on triples made to break it                              | Williams et al. 2021, sec. 2
    """),
    *_entries("invariance", EITHER, """
        translation       | a constant added to each unit                                                        | Kornblith et al. 2019
        isotropic-scaling | one positive factor for all units                                                    | Kornblith et al. 2019, sec. 2.3
        unit-scaling      | a positive factor for each unit                                                      | Klabunde et al. 2023, sec. 2.3
        permutation       | units in another order                                                               | Williams et al. 2021
        orthogonal        | a rotation or reflection of state space                                              | Kornblith et al. 2019, sec. 2.2
        invertible-linear | an invertible linear map of state space (condition number 10)                        | Kornblith et al. 2019, sec. 2.1
        affine            | an invertible linear map and a translation                                           | Klabunde et al. 2023, sec. 2.3
        silent-unit       | units that are always zero added                                                     | metricsuite
        duplicated-units  | every unit recorded twice                                                            | metricsuite
        trial-order       | trials of one system in another order                                                | metricsuite
        time-reversal     | each trial of one system read backwards, x(t) to x(T - t)                            | metricsuite
    """),
    *_entries("geometry", ("invariant",), """
        unit-sampling     | how many of the units were recorded                                                  | Kriegeskorte & Wei 2021
        outlier           | one time point multiplied by 1000                                                    | Davari et al. 2023
        minibatch         | how many samples the measure is averaged over                                        | Nguyen et al. 2021
        width             | unrelated systems stay unrelated whatever the number of units                        | Murphy et al. 2024
        bias              | unrelated systems stay unrelated with more units than samples                        | Murphy et al. 2024
    """),
    *_entries("geometry", ("sensitive",), """
        subset-shift      | a subset of the points moved away                                                    | Davari et al. 2023
        minor-components  | small but decisive directions deleted                                                | Ding et al. 2021
        privileged-axes   | a code along the units' axes, rotated away from them                                 | Khosla et al. 2024
        optimised-copy    | a copy optimised to please the measure, the task dimension removed                   | Cloos et al. 2024
        shuffled-pairs    | samples of one system paired with the wrong samples of the other                     | metricsuite
        all-trials        | a difference after the first trial                                                   | metricsuite
    """),
    *_entries("dynamics", ("sensitive",), """
        topology          | attractors of different topology (a ring, and a line)                                | Ostrow et al. 2023, fig. 4
        flow-on-the-manifold | different flow on the same manifold                                               | Sagodi & Park 2025
        mechanism         | different mechanisms of one computation (attractor, feed-forward integrator)         | Qian et al. 2024
        matched-averages  | different dynamics behind equal condition averages                                   | Galgali et al. 2023
        history           | dependence on the past behind equal marginals                                        | Galgali et al. 2023
        regime            | different regimes of one equation                                                    | Guilhot et al. 2024, fig. 2
        nonlinearity      | a nonlinear system against its phase-randomised surrogate                            | Theiler et al. 1992
        frequency         | a shift of frequency by a tenth                                                      | metricsuite
        non-normality     | normal and non-normal operators of one spectrum                                      | Trefethen & Embree 2005
        arrow-of-time     | irreversible motion run backwards                                                    | metricsuite
        motifs            | how many motifs two sequences share                                                  | Guilhot et al. 2024, fig. 3
        motif-order       | the same motifs in another order                                                     | Guilhot et al. 2024, fig. 3
    """),
    *_entries("dynamics", ("invariant",), """
        deformation       | a smooth deformation that keeps the topology                                         | Ostrow et al. 2023, fig. 4
        initial-conditions | fresh initial conditions of one system                                              | metricsuite
        readout           | a random projection to more units                                                    | metricsuite
        sampling-rate     | the same motion sampled at another rate                                              | metricsuite
        uneven-speed      | one path run at uneven speed                                                         | metricsuite
        input-colour      | the colour of the input that drives one recurrence                                   | Huang et al. 2025
    """),
    *_entries("noise", ("invariant",), """
        observation-noise | noise added to the recording, up to .2 of the signal's standard deviation            | Guilhot et al. 2024, fig. 2
        process-noise     | noise that drives the state                                                          | Galgali et al. 2023
        multiplicative-noise | noise in proportion to the signal                                                 | metricsuite
        mixing            | a second pattern mixed in                                                            | Guilhot et al. 2024, fig. 2
    """),
    *_entries("learning", ("sensitive",), """
        trained           | trained networks against untrained ones                                              | Guilhot et al. 2024, fig. 5
        composition       | how well a network composes what it learned (follows accuracy)                       | Guilhot et al. 2024, fig. 5
        learning-progress | how far learning has come                                                            | Guilhot et al. 2024, fig. 6
        relevance         | directions that the computation uses                                                 | metricsuite
    """),
    *_entries("learning", ("invariant",), """
        irrelevance       | directions that the computation does not use                                         | metricsuite
    """),
]  # fmt: skip

PROPERTIES: dict[str, Property] = {entry.name: entry for entry in _ALL}

# A metric that is invariant to the key cannot be sensitive to what the key contains.
CONTAINS = {
    "orthogonal": ("permutation",),
    "invertible-linear": ("orthogonal", "permutation", "unit-scaling", "isotropic-scaling"),
    "unit-scaling": ("isotropic-scaling",),
    "affine": ("invertible-linear", "orthogonal", "permutation", "unit-scaling", "isotropic-scaling", "translation"),
}


@dataclass(frozen=True)
class Exclusion:
    """Claims that no metric can keep together, and why. A claim is ``field=value``; every one in `claims` must be made."""

    claims: tuple[tuple[str, str], ...]
    reason: str


EXCLUDES = [
    Exclusion(
        (("invariant_to", "orthogonal"), ("sensitive_to", "privileged-axes")),
        "a code rotated away from the units' axes is an orthogonal image of the code itself, so the distance must stay 0",
    ),
    Exclusion(
        (("pairing", "none"), ("sensitive_to", "shuffled-pairs")),
        "a metric that uses no pairing sees the same two sets of samples whatever pairs with what",
    ),
    Exclusion(
        (("invariant_to", "invertible-linear"), ("sensitive_to", "non-normality")),
        "diagonalisable operators of one spectrum are similar: S A S^-1 is an invertible linear image of A",
    ),
    Exclusion(
        (("invariant_to", "time-reversal"), ("sensitive_to", "arrow-of-time")),
        "a metric that cannot tell a trial from its reverse cannot see which way irreversible motion runs",
    ),
    Exclusion(
        (("invariant_to", "orthogonal"), ("invariant_to", "unit-scaling"), ("sensitive_to", "invertible-linear")),
        "every invertible map is a rotation, a scaling of units and another rotation (singular value decomposition)",
    ),
    Exclusion(
        (("invariant_to", "invertible-linear"), ("invariant_to", "translation"), ("sensitive_to", "affine")),
        "an affine map is an invertible linear map and a translation",
    ),
    Exclusion(
        (("invariant_to", "sampling-rate"), ("sensitive_to", "frequency"), ("without needs", "dt")),
        "without dt, motion sampled at another rate and motion of another frequency are the same numbers",
    ),
    Exclusion(
        (("invariant_to", "trial-order"), ("sensitive_to", "shuffled-pairs")),
        "samples are paired with the wrong ones by putting whole trials of one system in another order",
    ),
    Exclusion(
        (
            ("pairing", "none"),
            ("invariant_to", "orthogonal"),
            ("invariant_to", "uneven-speed"),
            ("sensitive_to", "arrow-of-time"),
        ),
        "a circle run at an uneven speed differs from its mirror image run backwards in where it is slow and in nothing else",
    ),
]


def nearest(word: str, known: list[str]) -> str:
    """``; nearest: a, b`` for an error about a misspelt word, or all that is known where nothing is near."""
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    return f"nearest: {', '.join(close)}" if close else f"known: {', '.join(known)}"
