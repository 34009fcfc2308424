"""Criteria: rules that turn distances into a decision, each a statistic, an interval, a threshold and a margin.

    separates(distances, auc_above=.7)      a Contrast: between-class distances above within-class distances
    invariant(distances, below=.25)         an Orbit: images near, beside systems that differ; exactly=True for group actions
    sensitive(distances, above=.1)          an Orbit: images moved
    rises(distances, rho_above=.5)          a Sweep: the distance grows along the parameter
    follows(distances, values)              a Sweep: the distance goes with what was measured of each system
    arrives(distances, below=.25)           a Sweep of three levels: the second lies where the first does, not where the last does
    vanishes(distances, below=.25)          a Sweep: near the first level the distance is a small part of that to the last
    flat(distances, below=.25)              a Sweep: it does not
    stays_unrelated(distances, below=.25)   a Sweep of unrelated systems: they stay as far apart whatever their size
    survives(distances, level=.2)           a Sweep of contrasts: the classes are told apart up to a level
    withstands(distances, level=.2)         a Sweep: systems stay where they are, beside others, up to a level
    symmetric, triangular                   the axioms
    equals(distances, reference)            two metrics on one design: the same distances, to rounding
    obeys, repeats, varies                  the contract

"yes" where the whole interval lies beyond the threshold, "no" where the whole of it lies short, else "unclear". Intervals are
one-sided 99 % bootstrap bounds on either side; what is resampled is the block (seed, network), never the pair, and a system
drawn twice makes no pair with itself. Error rates: `error_rates.json`, beside this file.
"""

from metricsuite.criteria.axioms import symmetric, triangular
from metricsuite.criteria.contract import obeys, repeats, varies
from metricsuite.criteria.contrasts import separates, survives
from metricsuite.criteria.decision import Decision
from metricsuite.criteria.equality import equals
from metricsuite.criteria.nulls import stays_unrelated
from metricsuite.criteria.orbits import identical, invariant, sensitive
from metricsuite.criteria.sweeps import arrives, flat, follows, rises, vanishes, withstands

__all__ = [
    "Decision",
    "arrives",
    "equals",
    "flat",
    "follows",
    "identical",
    "invariant",
    "obeys",
    "repeats",
    "rises",
    "sensitive",
    "separates",
    "stays_unrelated",
    "survives",
    "symmetric",
    "triangular",
    "vanishes",
    "varies",
    "withstands",
]
