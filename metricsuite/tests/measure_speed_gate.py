"""How often the gate sees a 30 % sleep in one metric, and how often it cries wolf over an unchanged version.

    python -m metricsuite.tests.measure_speed_gate --slowed 20 --unchanged 50 --busy 1 --store speed_gate.json

A run is the gate as `metricsuite speed` runs it, on two versions that were installed once. A slowed candidate sleeps for 30 % of what
each call took, in one phase of one built-in metric, another one each run; a sleep overshoots, above all in short calls, so ``--spin``
waits for exactly 30 % instead. ``--busy 1`` keeps a process busy beside every run, on the
other core of two; ``--busy 0`` measures without it.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from metricsuite.builtin import BUILTIN
from metricsuite.registry import load_metric
from metricsuite.speed.gate import THRESHOLD, compare_versions
from metricsuite.speed.sides import Version
from metricsuite.speed.versions import installed

SHARE = 0.3
SLOW = """

def _slowed(function):
    import functools
    import time

    @functools.wraps(function)
    def slowed(*given, **named):
        start = time.perf_counter()
        answer = function(*given, **named)
        end = start + (1 + {share}) * (time.perf_counter() - start)
        {wait}
        return answer

    return slowed


for _heir in {cls}.__subclasses__():  # they stay as they were
    if {method!r} not in vars(_heir):
        _heir.{method} = {cls}.{method}
{cls}.{method} = _slowed({cls}.{method})
"""
WAITS = {"sleep": "time.sleep(max(0.0, end - time.perf_counter()))", "spin": "while time.perf_counter() < end: pass"}


def places():
    """What can be slowed: every phase of every built-in metric."""
    out = []
    for phase in ("prepare", "compare", "compare_many"):
        out += [(name, phase) for name in BUILTIN if hasattr(load_metric(name).plugin, phase)]
    return out


def slowed(version, name, phase, into, wait):
    """A copy of an installed version that waits in one phase of one metric."""
    module, cls = BUILTIN[name].split(":")
    shutil.copytree(version.folder, into, ignore=shutil.ignore_patterns("weights", "__pycache__"))
    file = into / (module.replace(".", "/") + ".py")
    file.write_text(
        file.read_text(encoding="utf-8") + SLOW.format(share=SHARE, cls=cls, method=phase, wait=WAITS[wait]),
        encoding="utf-8",
    )
    return Version(f"{name} {phase} slowed", into, version.distribution)


@contextlib.contextmanager
def busy(number):
    """So many processes that never rest."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def one_run(reference, candidate, expected=None):
    """What one run of the gate found, as plain values."""
    start = time.perf_counter()
    outcome = compare_versions(reference, candidate)
    return {
        "slowed": None if expected is None else " ".join(expected),
        "code": outcome.code,
        "slower": {e.name: round(e.ratio.estimate, 3) for e in outcome.of("slower")},
        "too noisy": [e.name for e in outcome.of("too noisy")],
        "largest": max((e.ratio.estimate, e.name) for e in outcome.measured),
        "line": outcome.line,
        "seconds": round(time.perf_counter() - start, 1),
    }


def caught(run):
    """The gate failed, over the phase that was slowed and nothing else."""
    return run["code"] == 1 and all(name.startswith(run["slowed"] + " ") for name in run["slower"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slowed", type=int, default=20)
    parser.add_argument("--unchanged", type=int, default=50)
    parser.add_argument("--busy", type=int, default=1, help="processes that load other cores")
    parser.add_argument(
        "--spin", action="store_const", const="spin", default="sleep", dest="wait", help="wait without sleeping"
    )
    parser.add_argument("--store", type=Path, help="a JSON file")
    parser.add_argument("--folder", type=Path, help="where both versions are installed, and found again")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        versions = []
        for side in ("reference", "candidate"):
            if not (folder / side).is_dir():
                installed(".", folder / side, Path.cwd())
            versions.append(Version(side, folder / side / "installed", "metricsuite"))
        reference, candidate = versions
        runs = []
        with busy(args.busy):
            for k in range(args.slowed):
                place = places()[k % len(places())]
                into = Path(temporary) / f"slowed-{k}"
                runs.append(one_run(reference, slowed(candidate, *place, into, args.wait), place))
                print(("caught" if caught(runs[-1]) else "MISSED"), json.dumps(runs[-1]), flush=True)
                shutil.rmtree(into)
            for _ in range(args.unchanged):
                runs.append(one_run(reference, candidate))
                print(("fine" if runs[-1]["code"] == 0 else "ALARM"), json.dumps(runs[-1]), flush=True)
    slow, same = [r for r in runs if r["slowed"]], [r for r in runs if not r["slowed"]]
    counts = {
        "caught": sum(map(caught, slow)),
        "slowed": len(slow),
        "false alarms": sum(r["code"] == 1 for r in same),
        "too noisy to tell": sum(r["code"] == 4 for r in same),
        "unchanged": len(same),
        "seconds a run, at most": max((r["seconds"] for r in runs), default=0),
    }
    print(f"with {args.busy} busy beside it, threshold {THRESHOLD}: {counts}")
    if args.store:
        machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
        stored = {
            "busy": args.busy,
            "share": SHARE,
            "wait": args.wait,
            "counts": counts,
            "machine": machine,
            "runs": runs,
        }
        args.store.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return 0 if counts["caught"] == len(slow) and counts["false alarms"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
