"""What several test files need: a run of pytest in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

LEAN = ("-p", "metricsuite", "-p", "xdist")  # without other people's plugins, to be quick


def pytest_in(folder: Path, *args: str) -> pytest.RunResult:
    """As `pytester.runpytest_subprocess`, for runs that several tests look at; `duration` is in seconds."""
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", *LEAN, *args]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=240)
    print(done.stdout, done.stderr)
    seconds = time.perf_counter() - start
    return pytest.RunResult(done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), seconds)
