"""What has to be said about the networks' part: settings, counts, what the published design could not be given, how words are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metricsuite.networks.training import FINAL
from metricsuite.report.replicate.network_design import ALONG, COUNTS, planned_pairs
from metricsuite.report.replicate.network_measures import DELAY_INTERVAL, N_DELAYS, RANK
from metricsuite.report.replicate.network_states import COMMON, PUBLISHED_TRIALS, WINDOW


def network_notes(found: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """One paragraph a point."""
    right = ", ".join(f"{a} {len(m)}" for a, m in found["members"].items())
    learning, matrices, across = COUNTS.learning, COUNTS.matrices, COUNTS.across
    return [
        f"networks, published design: each of {PUBLISHED_TRIALS} test trials of its own, in an order of its own, their first {WINDOW} steps (the window that "
        "the public code calls the stimulus begins with the fixation); to DSA trials are time and time is trials; "
        f"n_delays {N_DELAYS}, delay_interval {DELAY_INTERVAL}, rank {RANK}, radians; CKA and Procrustes: angles over pi / 2. To the network's own master, "
        f"of the same seed and learning rate, if that gets all of 256 test trials right (the first of 32, at most {COUNTS.masters}: {right}); input "
        f"weights learn. Over learning and across architectures in the {COMMON} leading components of both. Not remade: 128 and 256 units, softplus, "
        "stimuli of 4 s, coherence 0, two layers or d_model 16 of Mamba, the accuracy of 1 given to who stopped early, and an alignment that stops "
        "after 1,000 steps of gradient descent (ours goes on to the minimum it finds). Which of these makes our DSA smaller than the published was not tested.",
        f"networks, strict: networks 0 to {int(COUNTS.masters) - 1} of the zoo, to masters of other seeds; {', '.join(names.values())}, in the unit of each (DSA in radians, "
        "not in W). Unpaired trials are shown beside paired ones: there Procrustes and CKA are out of their scope. Floors: masters of two seeds, untrained networks "
        "of two seeds.",
        f"networks compared: over learning {learning[0]} (published design) and {learning[1]} (strict) a group, at {', '.join(ALONG[:-1])} and {FINAL} (fractions of the way of "
        f"accuracy; partial: of two groups, with and without anti); in a cell of a 10 x 10 matrix {matrices[0]} and {matrices[1]}, across architectures {across[0]} and {across[1]}; pairs planned for each metric: "
        f"{planned_pairs()['published']} and {planned_pairs()['strict']}.",
        "steps hold where the mean difference, paired by network, has its one-sided 99 % bounds (bootstrap over networks) above 0 and a sign-flip p below .01; they do not hold "
        "where they lie below 0 or all within a tenth of the larger mean; else, and with fewer than 4 networks, undecided. Each line is tested by itself, without a correction for how many there are. Partial: the mean of five groups. "
        "That a metric does not show the order holds where one of its steps does not hold, and does not where all three do.",
        "Mamba, no change: two one-sided tests at 1 %, that the difference (published design: untrained less full, each to its master; strict: untrained to master less the mean of "
        "both floors) is within a quarter of the distance from untrained relu networks to masters. It holds only if a change would have been seen: if the floor is below that distance, and relu networks, by the same difference, lie beyond the bound. It does not hold where all of the interval lies beyond the bound. Else undecided.",
    ]


def plan_in_words() -> str:
    """What is about to be measured, and how long it takes."""
    planned = planned_pairs()
    return (
        f"networks: at most {planned['published']} pairs in the published design and {planned['strict']} in the strict one, for each of three metrics; at most "
        f"{COUNTS.masters} networks a group. About five minutes on one core."
    )
