"""Tests of the suite itself; not in the wheel."""
