"""The suite's own cases: what they plan is what they run, and no one-number control keeps a track of them."""

from pathlib import Path

import pytest

from metricsuite import certify
from metricsuite.certificate import Certificate
from metricsuite.waivers import read_waivers

CASES = Path(__file__).parents[2] / "cases"
CONTROL = """
from metricsuite import metric
from metricsuite.metrics.controls import CONTROLS

@metric("control", pairing="none", axioms={"symmetry", "triangle"}, sensitive_to={"topology"},
        invariant_to={"deformation", "observation-noise"})
class Control:
    '''The difference of one number, claiming what it can.'''

    def __init__(self, name="norm"):
        self.name = name

    def prepare(self, x):
        return CONTROLS[self.name](x)

    def compare(self, a, b):
        return abs(a - b)
"""
PAIRS = {
    "test_axioms": 120 + 2 * 176,
    "test_contract": 6 * 6 + 8,
    "test_invariances": 11 * 32,
    "test_ring_line": 4 * 496 + 2 * 2480 + 48,
}


@pytest.fixture(scope="module", params=["norm", "relative speed", "participation ratio", "autocorrelation time"])
def certificate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("control")
    (folder / "control.py").write_text(CONTROL, encoding="utf-8")
    tracks = [] if request.param == "norm" else ["dynamics", "noise"]
    return certify(f"{folder / 'control.py'}:Control(name={request.param!r})", tracks=tracks)


@pytest.mark.parametrize("track", ["dynamics", "noise"])
def test_no_control_keeps_a_whole_track(certificate: Certificate, track: str) -> None:
    assert {"kept"} != {v.status for v in certificate.verdicts if v.track == track}


def test_the_cases_run_the_pairs_that_they_plan(certificate: Certificate) -> None:
    run: dict[str, int] = {}
    for v in certificate.verdicts:
        file = v.id.split("/")[0]
        run[file] = run.get(file, 0) + v.pairs
    assert {file: PAIRS[file] for file in run} == run


def test_no_built_in_metric_is_waived() -> None:
    assert [] == read_waivers(CASES / "waivers.toml")
