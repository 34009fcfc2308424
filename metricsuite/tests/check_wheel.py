"""For ``tox run -e wheel``: build the wheel, look inside, install it into a fresh environment away from the sources, certify there.

python check_wheel.py ROOT        ROOT: the folder of pyproject.toml; everything else happens in the current folder
"""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

METRIC = '''
import numpy as np
from metricsuite import metric


@metric("spread", invariant_to={"translation", "orthogonal"}, sensitive_to={"isotropic-scaling"}, axioms={"symmetry", "triangle"})
def spread(x, y):
    """Difference of the root mean square distances from the mean."""
    return abs(size(x) - size(y))


def size(x):
    return np.sqrt(((x - x.mean((0, 1))) ** 2).sum(-1).mean())
'''

CERTIFY = """
import json, metricsuite, pathlib
assert "site-packages" in metricsuite.__file__, metricsuite.__file__
certificate = metricsuite.certify("spread.py:spread", directory="certificates")
print(certificate.headline)
assert certificate.status == "certified", certificate.headline
assert metricsuite.read_certificate("certificates/spread/certificate.json").body == certificate.body
"""


def main(root: Path) -> None:
    """Build, look, install, certify."""
    here = Path.cwd()
    run(sys.executable, "-m", "build", "--wheel", "--outdir", here / "dist", root)
    wheel = max((here / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "metricsuite/py.typed",
        "metricsuite/cases/test_contract.py",
        "metricsuite/cases/conftest.py",
        "metricsuite/certificate.schema.json",
    ):
        assert needed in names, f"{needed} is not in the wheel"
    assert not [n for n in names if n.startswith("metricsuite/tests")], "tests are in the wheel"
    venv.create(here / "fresh", with_pip=True, clear=True)
    python = here / "fresh" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", root / "constraints.txt", wheel)
    elsewhere = here / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "spread.py").write_text(METRIC, encoding="utf-8")
    run(python, "-c", CERTIFY, cwd=elsewhere)
    run(
        python,
        "-m",
        "pytest",
        "--pyargs",
        "metricsuite.cases",
        "--metric",
        "spread.py:spread",
        "--track",
        "contract",
        "-q",
        cwd=elsewhere,
    )
    print(f"1 wheel built, installed and used: {wheel.name}")


def run(*command: object, cwd: Path | None = None) -> None:
    """As a user would type it; fails with its exit code."""
    subprocess.run([str(part) for part in command], check=True, cwd=cwd)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
