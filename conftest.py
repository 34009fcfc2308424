"""For the tests of the suite itself: pytest in pytest, and the same examples in every run."""

from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")
