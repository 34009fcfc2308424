"""For the tests alone: one thread each, and what one of them lets Python find, the next does not."""

import os
import sys
from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from metricsuite.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # for torch, which is not here yet, and for the processes that tests start
threadpool_limits(
    1
)  # for numpy, which is. With -n 2, threads that wait for each other's core make the tests six times as slow


@pytest.fixture(autouse=True)
def _modules_of_other_tests_are_not_found() -> Iterator[None]:
    """``load_metric("path/to/file.py:attr")`` adds the file's folder to ``sys.path``, here for one test."""
    before = list(sys.path)
    yield
    sys.path[:] = before
