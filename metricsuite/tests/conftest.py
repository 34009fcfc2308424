"""For the tests alone: one thread, and what one of them lets Python find, the next does not."""

import sys
from collections.abc import Iterator

import pytest

from metricsuite.threads import one_thread


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """With ``-n 2``, threads that wait for each other's cores made some files six times as slow."""
    with one_thread():
        yield


@pytest.fixture(autouse=True)
def _modules_of_other_tests_are_not_found() -> Iterator[None]:
    """``load_metric("path/to/file.py:attr")`` adds the file's folder to ``sys.path``, here for one test."""
    before = list(sys.path)
    yield
    sys.path[:] = before
