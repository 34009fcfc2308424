"""For ``tox run -e downstream``: separate packages meet the installed wheel, and do what their authors would in CI.

python check_downstream.py ROOT [NAME ...]

ROOT is the folder of pyproject.toml; everything else happens in the current folder. Names: those of the packages, all unless given.

Each package in `downstream` is copied, installed and run; exit codes, statuses and words are those that its author was promised.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PIP = (sys.executable, "-m", "pip", "install", "--quiet")
NARROW = ("--track", "contract", "--track", "axioms", "--track", "invariance")


def main(root: Path, names: list[str]) -> None:
    """Build, install, be each author in turn."""
    here = Path.cwd()
    install(root, here)
    for name in names or AUTHORS:
        start = time.perf_counter()
        AUTHORS[name](here / "packages" / name)
        print(f"{name}: as promised, {time.perf_counter() - start:.0f} s", flush=True)


def install(root: Path, here: Path) -> None:
    """The wheel with what it needs, then it and the packages alone, whatever an earlier run left."""
    for folder in ("dist", "packages"):
        shutil.rmtree(here / folder, ignore_errors=True)
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", here / "dist", root)
    (wheel,) = (here / "dist").glob("*.whl")
    shutil.copytree(root / "metricsuite" / "tests" / "downstream", here / "packages")
    call(sys.executable, "-m", "pip", "uninstall", "--quiet", "--yes", "started-metric")
    call(*PIP, "-c", root / "constraints.txt", wheel)
    call(*PIP, "--no-build-isolation", "--no-deps", "--force-reinstall", wheel, *sorted((here / "packages").iterdir()))


def function(package: Path) -> None:
    """The command of the README, narrowed; then the same certificate is compared with itself."""
    said = pytest(package, 0, *suite("downstream_function:size_difference"), *NARROW)
    holds(said, "downstream-size: incomplete: 9 of ")
    body = certificate(package, "downstream-size")
    same({"kept": True, "decided": True}, body["claims"]["isotropic-scaling"])
    same(0, body["counts"]["broken"] + body["counts"]["error"])
    path = package / "certificates" / "downstream-size"
    call("metricsuite", "compare", path, path, "--markdown", "--html", package / "comparison.html")
    same(True, (package / "comparison.html").is_file())


def class_(package: Path) -> None:
    """`certify` in a script, with a parameter."""
    said = call(sys.executable, "certify_it.py", cwd=package)
    holds(said, "incomplete downstream-spectrum(n=6) {'n': 6}")


def fit_score(package: Path) -> None:
    """An estimator, a similarity without symmetry."""
    said = pytest(package, 0, *suite("downstream_fit_score:LinearPredictivity"), *NARROW)
    holds(said, "downstream-regression: incomplete: 6 of ")
    same([], [v["id"] for v in certificate(package, "downstream-regression")["verdicts"] if v["status"] == "broken"])


def entry_point(package: Path) -> None:
    """By name, from anywhere; and tests of its own, in a run that the suite leaves alone."""
    holds(call("metricsuite", "list", "metrics", cwd=package), "downstream-offered")
    holds(pytest(package, 0, *suite("downstream-offered"), "--track", "contract"), "downstream-offered: incomplete")
    holds(pytest(package, 0), "3 passed")


def broken(package: Path) -> None:
    """Four that must not pass, and a claim that a branch withdraws."""
    metrics = [
        w
        for name in ("raises", "not_a_number", "mutates", "wrong_claim")
        for w in ("--metric", f"downstream_broken:{name}")
    ]
    said = pytest(package, 1, "--pyargs", "metricsuite.cases", *metrics, *NARROW, "--certificate", "certificates")
    expected = {
        "raises": ("error", "raised RuntimeError: out of ideas"),
        "not_a_number": ("error", "returned nan"),
        "mutates": ("error", "changed its input"),
        "wrong_claim": ("broken", "isotropic-scaling"),
    }
    for name, (status, words) in expected.items():
        body = certificate(package, name)
        same("failed", body["status"])
        failing = [v for v in body["verdicts"] if v["status"] == status]
        holds("\n".join(f"{v['property']} {v['reason']}" for v in failing), words)
        holds(said, f"{name}: failed: ")
    pytest(package, 4, *suite("downstream_broken:missing"))
    for name in ("before", "after"):
        pytest(package, 0, *suite(f"downstream_broken:{name}", name), "-k", "isotropic-scaling")
    lost = call("metricsuite", "compare", "before/narrower", "after/narrower", "--markdown", cwd=package, code=1)
    holds(lost, "withdrawn")


def lab_cases(package: Path) -> None:
    """Bare ``pytest``: cases, metrics and waivers are those of its ini."""
    said = pytest(
        package, 0, "--certificate=certificates"
    )  # with a blank, pytest takes the folder for what it shall collect
    holds(said, "lab-sizes waived downstream-lab/replay")
    statuses = {name: verdicts(package, name) for name in ("lab-order", "lab-sizes")}
    expected = {"lab-order": "kept", "lab-sizes": "waived"}
    same({name: {"test_replay/test_tells_orders_apart": word} for name, word in expected.items()}, statuses)
    (package / "waivers.toml").unlink()
    pytest(package, 1, "-o", "metricsuite_waivers=")
    holds(call("metricsuite", "explain", "downstream-lab/replay", "--cases", "cases", cwd=package), "tells the orders")


def started(package: Path) -> None:
    """What ``metricsuite new`` writes, installed and tested as its last lines say."""
    for kind, outcome in (("metric", "6 passed"), ("case", "2 passed")):
        call("metricsuite", "new", kind, f"started-{kind}", "--directory", package)
        if kind == "metric":
            call(*PIP, "--no-build-isolation", "--no-deps", "--force-reinstall", package / "started-metric")
            holds(call("metricsuite", "explain", "started-metric", cwd=package), "Mirsky 1960")
            said = pytest(package, 0, *suite("started-metric"), "--track", "axioms", "--track", "invariance")
            holds(said, "started-metric: incomplete: 13 of ")
        holds(pytest(package / f"started-{kind}", 0), outcome)


def torch_metric(package: Path) -> None:
    """Contract, axioms, invariance and geometry (the whole suite, certified, is `tox run -e wheel`); the same as what it is a port of."""
    said = pytest(
        package, 0, *suite("downstream_torch:Procrustes"), "-m", "not learning and not dynamics and not noise"
    )
    holds(said, "downstream-procrustes: incomplete: 16 of ")
    body = certificate(package, "downstream-procrustes")
    same({"kept": True, "decided": True}, body["claims"]["same-as"])
    same([0, 0, 0], [body["counts"][word] for word in ("broken", "inconclusive", "error")])
    call(
        sys.executable,
        "-c",
        "from metricsuite import networks; networks.load('gru', 'decision', 'master')",
        cwd=package,
    )


def suite(metric: str, certificates: str = "certificates") -> list[str]:
    """The suite's cases on one metric."""
    return ["--pyargs", "metricsuite.cases", "--metric", metric, "--certificate", certificates]


def pytest(package: Path, code: int, *args: str) -> str:
    """As its author would, in the package's folder."""
    return call(sys.executable, "-m", "pytest", "-q", *args, cwd=package, code=code)


def certificate(package: Path, metric: str) -> dict[str, Any]:
    text = (package / "certificates" / metric / "certificate.json").read_text(encoding="utf-8")
    body: dict[str, Any] = json.loads(text)
    return body


def verdicts(package: Path, metric: str) -> dict[str, str]:
    return {v["id"]: v["status"] for v in certificate(package, metric)["verdicts"]}


def call(*command: object, cwd: Path | None = None, code: int = 0) -> str:
    """As a user would type it; what it said, or an error with all of that where its exit code is another."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != code:
        sys.exit(f"{done.stdout}\n{done.stderr}\n{' '.join(map(str, command))}: exit {done.returncode}; needed {code}.")
    return done.stdout + done.stderr


def holds(text: str, words: str) -> None:
    """The words stand there, wherever its lines end."""
    if words not in " ".join(text.split()):
        sys.exit(f"{text}\nnot there: {words!r}")


def same(expected: object, actual: object) -> None:
    if expected != actual:
        sys.exit(f"{actual!r}; needed {expected!r}.")


AUTHORS = {
    "function": function,
    "class": class_,
    "fit_score": fit_score,
    "entry_point": entry_point,
    "broken": broken,
    "lab_cases": lab_cases,
    "started": started,
    "torch_metric": torch_metric,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
