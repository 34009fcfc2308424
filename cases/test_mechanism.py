"""One computation, two mechanisms: a line attractor, and a chain without feedback that integrates as long as a trial lasts.

The attractor keeps a sum in one pattern; the chain hands it from stage to stage and forgets what falls off its end. Of each, 20 of
100 units are recorded: Qian et al. (2024) found that models fitted to such data mistake one for the other. The two agree in norm,
speed and autocorrelation time, and in dimension as far as a sum in one place and a sum in many can. Both start empty, and the attractor
fills for longer: who compares the size of a trial's end with that of its beginning tells them too.
"""

import pytest

from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates
from metricsuite.systems import chain_integrators, line_integrators


@pytest.fixture(scope="module", params=["same-input", "own-input"])
def attractor_and_chain(request, seeds):
    same = request.param == "same-input"
    return Contrast({"attractor": line_integrators(seeds, same), "chain": chain_integrators(seeds, same)}, paired=same)


@pytest.mark.decides("mechanism", pairs=496)
def test_tells_an_attractor_from_a_chain(metric, attractor_and_chain, verdict):
    verdict(separates(pairwise(metric, attractor_and_chain)))
