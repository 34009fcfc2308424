"""What metrics that know nothing keep of the cases: ``python -m metricsuite.tests.measure_null_metrics`` writes `null_metrics.json` (2.5 minutes).

All of them in one run, so that every design is built once. A decision is kept where its verdict is "kept", or "yes" for what is not claimed; a
property, where every decision on it is.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from metricsuite import criteria
from metricsuite.certificate import Certificate, read_certificate
from metricsuite.tests.null_metrics import NULLS, TARGETS

TABLE = Path(criteria.__file__).with_name("null_metrics.json")
ROOT = Path(__file__).parents[2]
BY_CHANCE = ("geometry", "dynamics", "noise", "learning")  # tracks decided by statistics


def measure(folder: Path) -> dict[str, Certificate]:
    """Run the suite's cases on every null metric, at 16 seeds; their certificates by name."""
    command = [sys.executable, "-m", "pytest", "cases", "-q", "--no-isolation", "--certificate", str(folder)]
    command += ["-p", "metricsuite", "-p", "no:cacheprovider"]
    command += [word for target in TARGETS for word in ("--metric", target)]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    paths = {name: folder / name / "certificate.json" for name in NULLS}
    missing = [name for name, path in paths.items() if not path.is_file()]
    if missing:
        raise RuntimeError(
            f"pytest wrote no certificate of {', '.join(missing)}: {(done.stdout + done.stderr)[-1500:]}"
        )
    return {name: read_certificate(path) for name, path in paths.items()}


def table(certificates: dict[str, Certificate]) -> dict[str, Any]:
    """Decisions of each track, and what each metric keeps of them."""
    some = next(iter(certificates.values()))
    decisions = Counter(v.track for v in some.verdicts)
    return {
        "seeds": some.body["suite"]["seeds"],
        "decisions": {track: decisions[track] for track in BY_CHANCE},
        "kept": {name: {t: counted(certificate, t) for t in BY_CHANCE} for name, certificate in certificates.items()},
    }


def counted(certificate: Certificate, track: str) -> dict[str, Any]:
    """How many decisions of a track a metric keeps, and which properties whole."""
    properties: dict[str, list[bool]] = {}
    for v in certificate.verdicts:
        if v.track == track:
            properties.setdefault(v.property, []).append(v.status in ("kept", "yes"))
    whole = sorted(name for name, decided in properties.items() if all(decided))
    return {"decisions": sum(map(sum, properties.values())), "properties": whole}


def read_table(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = table(measure(Path(folder)))
    TABLE.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
