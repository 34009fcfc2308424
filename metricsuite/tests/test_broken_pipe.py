"""What the command line does where nobody reads its output to the end."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [["explain"], ["list"]], ids=" ".join)
def test_ends_without_a_word_where_nobody_reads(arguments: list[str]) -> None:
    command = [sys.executable, "-c", "from metricsuite.cli import main; raise SystemExit(main())", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # before anything is written
        said = process.stderr.read().decode()
    assert (141, "") == (process.returncode, said)
