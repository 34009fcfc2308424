"""One metric, one machine, one certificate: serially, on two workers, shuffled, backwards, isolated or not, beside others or alone."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from metricsuite.certificate import read_certificate, schema
from metricsuite.tests.helpers import pytest_in

CLOUDS = """
from dataclasses import replace

import numpy as np
import pytest
from metricsuite import Contrast, Orbit, Sweep, Trajectories, pairwise
from metricsuite.criteria import identical, invariant, obeys, rises, sensitive, separates, symmetric, triangular


def cloud(seed, scale=1.0):
    return Trajectories(scale * np.random.default_rng([seed, int(10 * scale)]).normal(size=(5, 40, 20)).cumsum(1))


@pytest.fixture(scope="module", params=["near", "far"])
def clouds(request, seeds):
    scale = {"near": 2.5, "far": 4.0}[request.param]
    return Contrast({"small": [cloud(s) for s in seeds[:8]], "large": [cloud(s, scale) for s in seeds[:8]]}, paired=True)
"""
FILES = {
    "test_contract.py": CLOUDS + '''

@pytest.fixture(scope="module")
def copies(seeds):
    systems = [cloud(s) for s in seeds]
    return Orbit(systems, [replace(s, array=s.array.copy()) for s in systems], paired=True)


@pytest.mark.decides("finite")
def test_is_finite(metric, clouds, verdict):
    verdict(obeys(pairwise(metric, clouds, strict=False), "finite"))


@pytest.mark.decides("identity")
def test_is_zero_for_a_copy(metric, copies, verdict):
    verdict(identical(pairwise(metric, copies, strict=False)))
''',
    "test_sizes.py": CLOUDS + '''

@pytest.mark.decides("regime")
def test_tells_sizes(metric, clouds, verdict):
    verdict(separates(pairwise(metric, clouds)))


@pytest.mark.decides("symmetry")
def test_is_symmetric(metric, clouds, verdict):
    verdict(symmetric(pairwise(metric, clouds, both=True)))
''',
    "test_turns.py": CLOUDS + '''

@pytest.fixture(scope="module")
def turned(seeds):
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(20, 20)))[0]
    systems = [cloud(s) for s in seeds]
    return Orbit(systems, [replace(s, array=s.array @ rotation) for s in systems], paired=True)


@pytest.fixture(scope="module")
def growing(seeds):
    return Sweep("size", {k: [replace(cloud(s), array=k * cloud(s).array) for s in seeds] for k in (1, 2, 3, 4)}, against="all", paired=True)


@pytest.mark.decides("orthogonal")
def test_orthogonal(metric, turned, verdict):
    distances = pairwise(metric, turned)
    verdict(invariant(distances, exactly=True), sensitive(distances))


@pytest.mark.decides("learning-progress")
def test_grows(metric, growing, verdict):
    verdict(rises(pairwise(metric, growing)))


@pytest.mark.decides("triangle")
def test_triangle(metric, growing, verdict):
    verdict(triangular(pairwise(metric, growing)))
''',
}  # fmt: skip
METRICS = '''
import numpy as np
from metricsuite import metric


@metric("angle", axioms={"symmetry", "triangle"}, invariant_to={"orthogonal"}, sensitive_to={"regime"})
class Angle:
    """A singular value decomposition, whose last bits depend on the number of threads."""

    def prepare(self, x):
        return np.linalg.svd(x.reshape(-1, x.shape[-1]), compute_uv=False)

    def compare(self, a, b):
        return float(np.linalg.norm(a - b))


@metric("drawn", random=True, sensitive_to={"regime"}, tolerance=0.05)
def drawn(x, y, rng):
    keep = rng.permutation(x.shape[1])[:6]
    return abs(np.linalg.norm(x[:, keep]) - np.linalg.norm(y[:, keep]))


def plain(x, y):
    return abs(np.linalg.norm(x) - np.linalg.norm(y))
'''
NAMES = {"angle": "Angle", "drawn": "drawn", "plain": "plain"}
LINE = "metricsuite_cases = True\n"
REVERSE = "\n\ndef pytest_collection_modifyitems(items):\n    items.reverse()\n"
WAYS: dict[
    str, tuple[tuple[str, ...], str]
] = {  # arguments, and what the conftest.py of the cases says beside its line
    "on two workers": (("cases", "-n", "2"), ""),
    "shuffled": (("cases", "-p", "randomly", "-p", "randomly", "--randomly-seed", "2"), ""),
    "backwards": (("cases",), REVERSE),
    "files the other way round": (tuple(f"cases/{name}" for name in reversed(FILES)), ""),
    "in process": (("cases", "--no-isolation"), ""),
}
Outcome = tuple[dict[str, Any], dict[str, bytes]]  # certificate without timings, and the distances behind it


def certify(folder: Path, *args: str, names: tuple[str, ...] = tuple(NAMES), more: str = "") -> dict[str, Outcome]:
    """Run the cases there; what came out, by metric."""
    (folder / "cases" / "conftest.py").write_text(LINE + more, encoding="utf-8")
    targets = [word for name in names for word in ("--metric", f"metrics.py:{NAMES[name]}")]
    pytest_in(folder, *args, *targets, "--certificate", "out")
    return {name: outcome(folder / "out" / name) for name in names}


def outcome(folder: Path) -> Outcome:
    with np.load(folder / "distances.npz") as arrays:
        stored = {name: arrays[name].tobytes() for name in arrays.files}
    return read_certificate(folder / "certificate.json").without_timings(), stored


def furnish(folder: Path) -> Path:
    (folder / "cases").mkdir()
    for name, text in FILES.items():
        (folder / "cases" / name).write_text(text, encoding="utf-8")
    (folder / "metrics.py").write_text(METRICS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def serially(home: Path) -> dict[str, Outcome]:
    return certify(home, "cases")


@pytest.fixture(scope="module")
def otherwise(home: Path, serially: dict[str, Outcome]) -> Callable[[str], dict[str, Outcome]]:
    """The same cases run in another way, in the same folder."""

    @functools.cache
    def otherwise(way: str) -> dict[str, Outcome]:
        args, more = WAYS[way]
        return certify(home, *args, more=more)

    return otherwise


Serially = dict[str, Outcome]
Otherwise = Callable[[str], dict[str, Outcome]]


@pytest.mark.parametrize("metric", NAMES)
@pytest.mark.parametrize("way", WAYS)
def test_the_certificate_is_the_same(serially: Serially, otherwise: Otherwise, way: str, metric: str) -> None:
    assert serially[metric][0] == otherwise(way)[metric][0]


@pytest.mark.parametrize("metric", NAMES)
@pytest.mark.parametrize("way", WAYS)
def test_the_distances_are_the_same_to_the_last_bit(
    serially: Serially, otherwise: Otherwise, way: str, metric: str
) -> None:
    assert serially[metric][1] == otherwise(way)[metric][1]


def test_the_certificate_does_not_depend_on_companions(home: Path, serially: Serially) -> None:
    assert serially["angle"] == certify(home, "cases", names=("angle",))["angle"]


def test_the_certificate_does_not_depend_on_the_folder(serially: Serially, tmp_path: Path) -> None:
    assert serially["angle"][0] == certify(furnish(tmp_path), "cases", names=("angle",))["angle"][0]


@pytest.mark.parametrize(("metric", "status"), [("angle", "certified"), ("plain", "profiled")])
def test_these_cases_certify(serially: Serially, metric: str, status: str) -> None:
    assert status == serially[metric][0]["status"]


@pytest.mark.parametrize("metric", NAMES)
def test_a_certificate_keeps_to_its_schema(home: Path, serially: Serially, metric: str) -> None:
    body = json.loads((home / "out" / metric / "certificate.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema())
    assert [] == [error.message for error in validator.iter_errors(body)]


@pytest.mark.parametrize("metric", NAMES)
def test_a_certificate_holds_no_path_of_this_machine(home: Path, serially: Serially, metric: str) -> None:
    assert str(home) not in json.dumps(serially[metric][0])
