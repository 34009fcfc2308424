"""For the tests alone: what one of them lets Python find, the next does not."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _modules_of_other_tests_are_not_found() -> Iterator[None]:
    """``load_metric("path/to/file.py:attr")`` adds the file's folder to ``sys.path``, here for one test."""
    before = list(sys.path)
    yield
    sys.path[:] = before
