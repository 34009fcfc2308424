"""One metric, one machine, one certificate: serially, on two workers, shuffled, backwards, isolated or not, beside others or alone."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from metricsuite.certificate import read_certificate, schema

CLOUDS = '''
from dataclasses import replace

import numpy as np
import pytest
from metricsuite import Contrast, Orbit, Sweep, Trajectories, pairwise
from metricsuite.criteria import identical, invariant, obeys, rises, sensitive, separates, symmetric, triangular


def cloud(seed, scale=1.0):
    return Trajectories(scale * np.random.default_rng([seed, int(10 * scale)]).normal(size=(3, 8, 4)).cumsum(1))


@pytest.fixture(scope="module", params=["near", "far"])
def clouds(request, seeds):
    scale = {"near": 1.5, "far": 3.0}[request.param]
    return Contrast({"small": [cloud(s) for s in seeds], "large": [cloud(s, scale) for s in seeds]}, paired=True)
'''
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
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
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
REVERSE = "\n\ndef pytest_collection_modifyitems(items):\n    items.reverse()\n"
LEAN = ("-p", "metricsuite", "-p", "xdist")
SHUFFLED = ("-p", "randomly", "-p")  # the seed follows
# label: (arguments, what the conftest.py holds beside its line)
WAYS: dict[str, tuple[tuple[str, ...], str]] = {
    "again": ((), ""),
    "on two workers": (("-n", "2"), ""),
    "shuffled": (("-p", "randomly", "-p", "no:xdist", "-p", "randomly", "--randomly-seed", "1"), ""),
    "shuffled otherwise": (("-p", "randomly", "--randomly-seed", "2"), ""),
    "shuffled, on two workers": (("-p", "randomly", "--randomly-seed", "3", "-n", "2"), ""),
    "backwards": ((), REVERSE),
    "in process": (("--no-isolation",), ""),
}
del WAYS["shuffled"]
Certificates = dict[str, dict[str, Any]]


def pytest_in(folder: Path, *args: str, names: tuple[str, ...] = tuple(NAMES)) -> Certificates:
    """Run the cases there; the certificates by metric."""
    targets = [word for name in names for word in ("--metric", f"metrics.py:{NAMES[name]}")]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", *LEAN, *args, *targets, "--certificate", "out"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    return {name: read_certificate(folder / "out" / name / "certificate.json").without_timings() for name in names}


def furnish(folder: Path, more: str = "") -> Path:
    (folder / "cases").mkdir()
    (folder / "cases" / "conftest.py").write_text("metricsuite_cases = True\n" + more, encoding="utf-8")
    for name, text in FILES.items():
        (folder / "cases" / name).write_text(text, encoding="utf-8")
    (folder / "metrics.py").write_text(METRICS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all runs: an origin names the file of a metric."""
    return furnish(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def serially(home: Path) -> Certificates:
    return pytest_in(home, "cases")


@pytest.fixture(scope="module")
def otherwise(home: Path, serially: Certificates) -> Callable[[str], Certificates]:
    @functools.cache
    def otherwise(way: str) -> Certificates:
        args, more = WAYS[way]
        (home / "cases" / "conftest.py").write_text("metricsuite_cases = True\n" + more, encoding="utf-8")
        return pytest_in(home, "cases", *args)

    return otherwise


@pytest.mark.parametrize("metric", NAMES)
@pytest.mark.parametrize("way", WAYS)
def test_the_certificate_is_the_same(serially: Certificates, otherwise: Callable[[str], Certificates], way: str, metric: str) -> None:
    assert serially[metric] == otherwise(way)[metric]


@pytest.mark.parametrize("metric", NAMES)
def test_the_certificate_does_not_depend_on_the_order_of_files(home: Path, serially: Certificates, metric: str) -> None:
    backwards = _backwards(home, serially)
    assert serially[metric] == backwards[metric]


@functools.cache
def _backwards_once(home: Path) -> Certificates:
    (home / "cases" / "conftest.py").write_text("metricsuite_cases = True\n", encoding="utf-8")
    return pytest_in(home, *(f"cases/{name}" for name in reversed(FILES)))


def _backwards(home: Path, serially: Certificates) -> Certificates:
    return _backwards_once(home)


def test_the_certificate_does_not_depend_on_companions(home: Path, serially: Certificates) -> None:
    (home / "cases" / "conftest.py").write_text("metricsuite_cases = True\n", encoding="utf-8")
    assert serially["angle"] == pytest_in(home, "cases", names=("angle",))["angle"]


def test_the_certificate_does_not_depend_on_the_folder(serially: Certificates, tmp_path: Path) -> None:
    away = pytest_in(furnish(tmp_path), "cases", names=("angle",))["angle"]
    assert serially["angle"] == away


def test_the_distances_are_the_same(home: Path, serially: Certificates) -> None:
    (home / "cases" / "conftest.py").write_text("metricsuite_cases = True\n", encoding="utf-8")
    stored = []
    for workers in ("0", "2"):
        pytest_in(home, "cases", "-n", workers, names=("angle",))
        with np.load(home / "out" / "angle" / "distances.npz") as arrays:
            stored.append({name: arrays[name].tobytes() for name in arrays.files})
    assert stored[0] == stored[1]


@pytest.mark.parametrize(("metric", "status"), [("angle", "certified"), ("plain", "profiled")])
def test_these_cases_certify(serially: Certificates, metric: str, status: str) -> None:
    assert status == serially[metric]["status"]


@pytest.mark.parametrize("metric", NAMES)
def test_a_certificate_keeps_to_its_schema(home: Path, serially: Certificates, metric: str) -> None:
    body = json.loads((home / "out" / metric / "certificate.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema())
    assert [] == [error.message for error in validator.iter_errors(body)]


@pytest.mark.parametrize("metric", NAMES)
def test_a_certificate_holds_no_path_of_this_machine(home: Path, serially: Certificates, metric: str) -> None:
    assert str(home) not in json.dumps(serially[metric])
