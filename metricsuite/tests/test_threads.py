"""One thread, whoever is imported when: numpy's BLAS before, torch afterwards, and whatever is started meanwhile."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from metricsuite.tests.helpers import pytest_in
from metricsuite.threads import ONE_THREAD, one_thread, one_torch_thread

LOOK = """
import json, threadpoolctl, torch
import numpy, scipy.linalg
found = {torch.get_num_threads(), *(library["num_threads"] for library in threadpoolctl.threadpool_info())}
"""
CASE = f"""
import pytest
from metricsuite import Contrast, pairwise
from metricsuite.criteria import varies

@pytest.fixture(scope="module")
def few(seeds):
    {LOOK.replace(chr(10), chr(10) + "    ")}
    assert found == {{1}}, found
    arrays = [numpy.random.default_rng(s).normal(size=(2, 4, 3)) for s in seeds[:4]]
    return Contrast({{"a": arrays[:2], "b": arrays[2:]}}, paired=True)

@pytest.mark.decides("not-constant")
def test_not_constant(metric, few, verdict):
    verdict(varies(pairwise(metric, few)))
"""


@pytest.fixture
def two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ONE_THREAD:
        monkeypatch.setenv(name, "2")


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("first", "pinned", "expected"), [
    ("import numpy", "with one_thread():", [1]),
    ("import numpy, scipy.linalg, torch", "with one_thread():", [1]),
    ("import numpy", "if True:", [2]),
])  # fmt: skip
def test_one_thread(first: str, pinned: str, expected: list[int]) -> None:
    inside = LOOK.replace("\n", "\n    ")
    code = f"from metricsuite.threads import one_thread\n{first}\n{pinned}{inside}\nprint(json.dumps(sorted(found)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert expected == json.loads(done.stdout)


@pytest.mark.usefixtures("two_threads")
def test_the_environment_is_as_before() -> None:
    del os.environ["MKL_NUM_THREADS"]
    before = dict(os.environ)
    with one_thread():
        assert {"1"} == {os.environ[name] for name in ONE_THREAD}
    assert before == dict(os.environ)


def test_torch_has_as_many_as_before() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with one_torch_thread():
            assert 1 == torch.get_num_threads()
        assert 2 == torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("how", ["isolated", "in process", "on two workers"])
def test_a_case_that_imports_torch(tmp_path: Path, how: str) -> None:
    """It is imported when the case is made, long after the run began."""
    (tmp_path / "conftest.py").write_text("metricsuite_cases = True\n", encoding="utf-8")
    (tmp_path / "test_few.py").write_text(CASE, encoding="utf-8")
    (tmp_path / "mine.py").write_text("def mine(x, y):\n    return float(abs(x - y).mean())\n", encoding="utf-8")
    words = {"isolated": [], "in process": ["--no-isolation"], "on two workers": ["-n", "2"]}[how]
    assert 0 == pytest_in(tmp_path, "test_few.py", "--metric", "mine.py:mine", *words).ret
