"""The vocabulary: everything that a metric can claim, with its meaning, source and track. Data only; the one place.

A property belongs to one track and has a direction: a metric can be `invariant` to it, `sensitive` to it, or claim either.
Contract and axioms have directions of their own. `EXCLUDES` lists the claims that no metric can keep together, `IMPLIES` what
follows from an invariance, `LIMITS` what no claim states and no measure of some kind can do.
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
FIRST = "0.1"  # the first minor release: all that it brings can be claimed at once


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
    since : str
        The minor release that brought it. What is new is measured for one minor release before it can be claimed
        (`metricsuite.stability.claimable`); a lab's own at once.
    """

    name: str
    track: str
    meaning: str
    directions: tuple[str, ...] = ("sensitive",)
    source: str = ""
    since: str = FIRST


def _entries(track: str, directions: tuple[str, ...], rows: str, since: str = FIRST) -> list[Property]:
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines()]
    return [Property(name, track, meaning, directions, source, since) for name, meaning, source in cells]


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
        same-as         | equals the built-in metric that same_as names, on fixed inputs                         | metricsuite
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
CONTAINS = {  # the largest first, so that an argument is as short as it can be
    "affine": ("invertible-linear", "orthogonal", "permutation", "unit-scaling", "isotropic-scaling", "translation"),
    "invertible-linear": ("orthogonal", "permutation", "unit-scaling", "isotropic-scaling"),
    "orthogonal": ("permutation",),
    "unit-scaling": ("isotropic-scaling",),
}


@dataclass(frozen=True)
class Implication:
    """A metric that is invariant to all of `invariances` is invariant to `implied`, and why."""

    invariances: tuple[str, ...]
    implied: str
    reason: str


IMPLIES = [
    *(Implication((group,), member, f"{member} is a kind of {group}") for group in CONTAINS for member in CONTAINS[group]),
    Implication(
        ("orthogonal", "unit-scaling"),
        "invertible-linear",
        "every invertible map is a rotation, a scaling of units and another rotation (singular value decomposition)",
    ),
    Implication(
        ("invertible-linear", "translation"), "affine", "an affine map is an invertible linear map and a translation"
    ),
    Implication(
        ("isotropic-scaling", "orthogonal", "silent-unit"),
        "duplicated-units",
        "every unit twice is as many silent units, a rotation and a factor of the root of 2",
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Exclusion:
    """Claims that no metric can keep together, and why. A claim is (field of the spec, value), or (what is so, ""); all in `claims` must be made.

    `where` is the one test of the suite that the argument speaks of, where other tests of the property escape it.
    """

    claims: tuple[tuple[str, str], ...]
    reason: str
    where: str = ""

    @property
    def said(self) -> str:
        """The claims in words: ``invariant_to 'orthogonal' and sensitive_to 'privileged-axes'``."""
        return " and ".join(f"{which} {value!r}" if value else which for which, value in self.claims)


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
        (("invariant_to", "trial-order"), ("sensitive_to", "shuffled-pairs")),
        "samples are paired with the wrong ones by putting whole trials of one system in another order",
    ),
    Exclusion(
        (("invariant_to", "invertible-linear"), ("sensitive_to", "non-normality")),
        "diagonalisable operators of one spectrum are similar: without noise, S A S^-1 moves in an invertible linear image of A's motion",
        "test_clothes/test_a_sheared_operator",
    ),
    Exclusion(
        (("invariant_to", "time-reversal"), ("sensitive_to", "arrow-of-time")),
        "a metric that cannot tell a trial from its reverse cannot see which way irreversible motion runs",
    ),
    *(
        Exclusion(
            (("invariant_to", "invertible-linear"), ("invariant_to", size), ("a number as self_value", "")),
            "with as many units as samples, any two systems are invertible linear images of each other (Kornblith et al. 2019, theorem 1), "
            "so unrelated ones are as far apart as a system is from itself",
        )
        for size in ("bias", "width", "minibatch")
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """What measures of one kind cannot do. No claim says that a metric is of that kind, so nothing is refused for it."""

    property: str
    kind: str
    reason: str


LIMITS = [
    Limit(
        "nonlinearity",
        "functions of autocovariances alone (spectra, cross-spectra, linear models fitted to them)",
        "a surrogate of random phases keeps the mean and every circular autocovariance of its original",
    ),
    Limit(
        "matched-averages",
        "functions of condition averages alone",
        "the input makes up for what a system's own pull does to its averages",
    ),
    Limit(
        "history",
        "functions of the states at each time alone",
        "at no time are states of preparation and of movement seen together, and each has one distribution, whether or not one predicts "
        "the other",
    ),
    Limit("all-trials", "functions of the first trial alone", "the first trial follows one law in both classes"),
    Limit(
        "non-normality",
        "functions of an operator's eigenvalues alone",
        "S A S^-1 has the eigenvalues of A",
    ),
    Limit(
        "arrow-of-time",
        "measures without pairs that ignore rotations",
        "undamped linear motion backwards is its own mirror image (-S is orthogonally similar to S), so there no arrow can be seen; the "
        "suite asks that none is",
    ),
    Limit(
        "arrow-of-time",
        "measures without pairs that ignore rotations and, exactly, speed along a path",
        "a circle run at an uneven speed differs from its mirror image run backwards in where it is slow and in nothing else. (The claim "
        "'uneven-speed' allows a quarter of the contrast, within which an arrow can be seen)",
    ),
    Limit(
        "frequency",
        "measures without dt of what one sample does to the next",
        "a law sped up, damping and all, and sampled as much more often gives the same numbers. (Who counts cycles a trial, or holds "
        "frequency against damping, can ignore the sampling rate and see the shift)",
    ),
    Limit(
        "input-colour",
        "functions of outputs alone",
        "linear filters commute, so that a resonance of the network and one of its input can swap roles. (In the suite's case the input "
        "has none)",
    ),
]  # fmt: skip


def nearest(word: str, known: list[str]) -> str:
    """``; nearest: a, b`` for an error about a misspelt word, or all that is known where nothing is near."""
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    return f"nearest: {', '.join(close)}" if close else f"known: {', '.join(known)}"
