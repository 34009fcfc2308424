"""The direction of time: irreversible motion run backwards is another motion, and undamped linear motion is not.

Van der Pol's oscillator creeps and jumps; backwards it jumps where it should creep. A circle run at an uneven speed without symmetry
is told from its reverse by where it hurries. No single number of a system can see either: reading backwards changes none of the four.
Undamped linear motion backwards is a mirror image of itself (S and -S are orthogonally similar), so there a metric that ignores
rotations and uses no pairing must return 0, and to see an arrow would be a mistake.
"""

import pytest

from metricsuite import Contrast, Orbit, pairwise
from metricsuite.criteria import invariant, separates
from metricsuite.systems import loops, relaxation_oscillators, rotations


@pytest.fixture(scope="module")
def creeping_and_jumping(seeds):
    back = relaxation_oscillators(seeds, backwards=True, family=1)
    return Contrast({"forwards": relaxation_oscillators(seeds), "backwards": back}, paired=False)


@pytest.fixture(scope="module")
def hurrying_in_places(seeds):
    forwards = loops(seeds, uneven=0.9, same_start=False)
    backwards = loops(seeds, uneven=0.9, same_start=False, backwards=True, family=1)
    return Contrast({"forwards": forwards, "backwards": backwards}, paired=False)


@pytest.fixture(scope="module")
def undamped(seeds):
    return Orbit(rotations(seeds), rotations(seeds, backwards=True), paired=False)


@pytest.mark.decides("arrow-of-time", pairs=496)
def test_tells_which_way_a_relaxation_oscillator_runs(metric, creeping_and_jumping, verdict):
    verdict(separates(pairwise(metric, creeping_and_jumping)))


@pytest.mark.decides("arrow-of-time", pairs=496)
def test_tells_which_way_an_uneven_loop_runs(metric, hurrying_in_places, verdict):
    verdict(separates(pairwise(metric, hurrying_in_places)))


@pytest.mark.decides("orthogonal", pairs=32)
def test_undamped_motion_has_no_arrow(metric, undamped, verdict):
    verdict(invariant(pairwise(metric, undamped), exactly=True))
