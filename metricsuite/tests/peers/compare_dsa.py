"""Our DSA against dsa-metric, how low and how fast: ``python -m metricsuite.tests.peers.compare_dsa --write`` (20 minutes of one core, on Linux).

    theirs   SimilarityTransformDist at the 1,500 iterations that the package recommends, float32, a pair at a time
    ours     align_pairs, all pairs of the systems at once, the preparation of their operators included

One thread each, interleaved: a pair of theirs, then our whole batch; ratios are medians of the ratios within such a round.
What either found is projected on the nearest orthogonal matrix in float64, and its objective measured by the same code.
Planted conjugacies are for ours to recover; of these theirs is given one in five.

``--write`` keeps the figures in `dsa_comparison.json` and the table that they make in README; without it they are only shown.
"""

import argparse
import ctypes
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from DSA.dmd import DMD
from DSA.simdist import SimilarityTransformDist

from metricsuite.metrics.dsa.conjugacy import align_operators, align_pairs
from metricsuite.metrics.dsa.dsa import DelayOperator
from metricsuite.tests.peers.dsa_problems import Planted, Recording, all_pairs, planted, real_operators, recordings
from metricsuite.tests.peers.dsa_table import FIGURES, markdown, write
from metricsuite.threads import one_thread

Array = npt.NDArray[np.float64]
T = TypeVar("T")

SYSTEMS = {10: 15, 20: 15, 50: 7, 100: 7}  # 105 pairs, or 21
PLANTED = {10: 100, 20: 100, 50: 20, 100: 20}
PLANTED_SHARE = 0.2
ITERATIONS = 1500
ABOVE = 1e-6  # objectives nearer than this are the same: theirs is found in float32
RECOVERED = 1e-8  # |A/|A| - C B/|B| C'| of a planted pair
REPEATS = 9


def their_rotation(a: Array, b: Array, seed: int = 0, iterations: int = ITERATIONS) -> Array:
    """The C of dsa-metric, which looks in both components of O(n)."""
    torch.manual_seed(seed)
    model = SimilarityTransformDist(iters=iterations, lr=1e-2, score_method="angular")
    model.fit(torch.tensor(a, dtype=torch.float32), torch.tensor(b, dtype=torch.float32))
    return np.asarray(model.C_star.numpy().astype(np.float64))


def objective(a: Array, b: Array, c: Array) -> float:
    """||A / |A| - C (B / |B|) C'||_F^2 at the orthogonal matrix nearest to c."""
    u, _, v = np.linalg.svd(c)
    moved = (u @ v) @ (b / np.linalg.norm(b)) @ (u @ v).T
    return float(np.sum((a / np.linalg.norm(a) - moved) ** 2))


def timed(function: Callable[..., T], *arguments: Any) -> tuple[float, T]:
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def spread(pairs: int, share: float) -> list[int]:
    """A share of the pairs, at least one, evenly spaced."""
    return [int(k) for k in np.linspace(0, pairs - 1, math.ceil(share * pairs)).round()]


def compare_pairs(operators: Sequence[Array], pairs: Sequence[tuple[int, int]], share: float) -> dict[str, Any]:
    """Theirs on a share of the pairs, ours on all."""
    found = align_pairs(operators, pairs)
    values = [objective(operators[i], operators[j], f.rotation) for (i, j), f in zip(pairs, found, strict=True)]
    their_rotation(operators[0], operators[1], iterations=20)  # what only a first call costs
    seconds, theirs = [], []
    compared = spread(len(pairs), share)
    for k in compared:
        a, b = (operators[i] for i in pairs[k])
        reference, rotation = timed(their_rotation, a, b, k)
        batch, _ = timed(align_pairs, operators, pairs)
        alone, _ = timed(align_operators, a, b)
        seconds.append((reference, batch / len(pairs), alone))
        theirs.append(objective(a, b, rotation))
    ours = np.array(values)[compared]
    reference, batch, alone = np.array(seconds).T
    return {
        "pairs": len(pairs),
        "compared": len(compared),
        "ours_ms": significant(1e3 * np.median(batch)),
        "alone_ms": significant(1e3 * np.median(alone)),
        "theirs_ms": significant(1e3 * np.median(reference)),
        "faster": significant(np.median(reference / batch)),
        "objective_ratio": significant(np.median(ours / np.array(theirs))),
        "not_above": int(np.sum(ours <= np.array(theirs) + ABOVE)),
        "most_above": significant(max(0.0, np.max(ours - np.array(theirs)))),
        "gap": significant(np.median([(v - min(f.bound, v)) / v for v, f in zip(values, found, strict=True)])),
    }


def compare_planted(conjugacies: Sequence[Planted], share: float) -> dict[str, Any]:
    """The same for conjugacies, and which of them ours recovers."""
    operators = [operator for _, a, b in conjugacies for operator in (a, b)]
    pairs = [(2 * k, 2 * k + 1) for k in range(len(conjugacies))]
    row = compare_pairs(operators, pairs, share)
    missed: Counter[str] = Counter()
    for (kind, a, b), found in zip(conjugacies, align_pairs(operators, pairs), strict=True):
        missed[kind] += math.sqrt(objective(a, b, found.rotation)) >= RECOVERED
    del row["gap"]  # of rounding errors
    return {**row, "recovered": len(pairs) - missed.total(), "missed": dict(+missed)}


def our_operator(recording: Recording) -> Array:
    fit = DelayOperator(recording.n_delays, 1, recording.rank, n_components=None)
    return fit.operator(recording.x)


def their_operator(recording: Recording) -> Array:
    model = DMD(recording.x, n_delays=recording.n_delays, rank=recording.rank)
    model.fit()
    return np.asarray(model.A_v.numpy())


FITS = {"ours": our_operator, "theirs": their_operator}


def compare_fits(index: int) -> dict[str, Any]:
    """From recording to operator: time in turn, and peak memory of a fresh process each."""
    recording = recordings()[index]
    rank = len(our_operator(recording))
    their_operator(recording)
    rounds = np.array([[timed(fit, recording)[0] for fit in FITS.values()] for _ in range(REPEATS)])
    memory = {who: peak_memory(who, index) for who in FITS}
    return {
        "data": recording.data,
        "shape": list(recording.x.shape),
        "n_delays": recording.n_delays,
        "rank": rank,
        "ours_ms": significant(1e3 * np.median(rounds[:, 0])),
        "theirs_ms": significant(1e3 * np.median(rounds[:, 1])),
        "faster": significant(np.median(rounds[:, 1] / rounds[:, 0])),
        "ours_mb": significant(memory["ours"]),
        "theirs_mb": significant(memory["theirs"]),
        "less_memory": significant(memory["theirs"] / memory["ours"]),
    }


def peak_memory(who: str, index: int) -> float:
    """MB that one fit needs beyond what its process held, in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--memory", who, str(index)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def own_peak_memory(who: str, index: int) -> float:
    recording = recordings()[index]
    small = np.random.default_rng(0).standard_normal((4, 40, 2))
    for fit in FITS.values():
        fit(Recording("what only a first call needs", small, 5, 3))
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # else what making the data left free hides what the fit needs
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts here
    before = _status("VmRSS")
    FITS[who](recording)
    return _status("VmHWM") - before


def _status(key: str) -> float:
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(key)]
    return int(line.split()[1]) / 1024


def significant(x: float) -> float:
    return float(f"{x:.4g}")


def machine() -> dict[str, Any]:
    names = [line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {"processor": names[0] if names else platform.machine(), "cores": os.cpu_count()}


def compare(share: float = 1.0, sizes: Sequence[int] = tuple(SYSTEMS)) -> dict[str, Any]:
    """All figures, printed as they come; theirs on a share of the pairs."""
    packages = ("metricsuite", "dsa-metric", "numpy", "scipy", "torch")
    versions = {"python": platform.python_version(), **{name: version(name) for name in packages}}
    figures: dict[str, Any] = {"versions": versions, "machine": machine(), "threads": 1, "iterations": ITERATIONS}
    figures |= {"real": [], "planted": [], "fits": []}
    with one_thread():
        for n in sizes:
            operators = real_operators(n, SYSTEMS[n])
            real = compare_pairs(operators, all_pairs(SYSTEMS[n]), share)
            recovered = compare_planted(planted(operators, PLANTED[n]), share * PLANTED_SHARE)
            for kind, row in (("real", real), ("planted", recovered)):
                figures[kind].append({"n": n, **row})
                print(kind, json.dumps(figures[kind][-1]), flush=True)
        for index in range(len(recordings())):
            figures["fits"].append(compare_fits(index))
            print("fit", json.dumps(figures["fits"][-1]), flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pairs-share", type=float, default=1.0, help="of the pairs that theirs is given (default: all)"
    )
    parser.add_argument("--write", action="store_true", help=f"keep the figures in {FIGURES.name} and README")
    parser.add_argument("--memory", nargs=2, metavar=("WHO", "INDEX"), help=argparse.SUPPRESS)  # a process of its own
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=list(SYSTEMS), choices=list(SYSTEMS), metavar="N",
        help="of the operators (default: all); --write keeps the rows of the others as they were",
    )  # fmt: skip
    given = parser.parse_args()
    if given.memory:
        with one_thread():
            print(own_peak_memory(given.memory[0], int(given.memory[1])))
        return
    figures = compare(given.pairs_share, given.sizes)
    if given.write:
        for kind in ("real", "planted"):
            kept = [row for row in json.loads(FIGURES.read_text())[kind] if row["n"] not in given.sizes]
            figures[kind] = sorted(kept + figures[kind], key=lambda row: row["n"])
    print(f"\n{markdown(figures)}")
    if given.write:
        write(figures)


if __name__ == "__main__":
    main()
