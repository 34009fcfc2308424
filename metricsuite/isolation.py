"""A metric in a process of its own: what hangs, crashes, exits or seeds global state does so there.

`Isolated` is the parent's side, `serve` the child's. They speak pickled messages over private copies of the child's pipes; what
the plugin prints goes to a log. Systems travel as ``.npy`` files that the child maps copy-on-write.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import Trajectories
from metricsuite.bench import LocalBench
from metricsuite.errors import MetricError, MetricKilled, MetricsuiteError
from metricsuite.introducing import Introduction, introduction
from metricsuite.spec import MetricSpec
from metricsuite.threads import ONE_THREAD

PAIRS_A_CALL = 100  # a batch has the time of one call for every 100 pairs, or part of them
STRIKES = 3  # after so many kills, the metric's other verdicts are errors at once


class Isolated:
    """The parent's side. Starts its process when it is first needed, and again after a kill.

    Parameters
    ----------
    target : str
        As `metricsuite.registry.load_metric`.
    orientation : str, optional
    limit : float
        Seconds that one call of the plugin may take: ten times as many where it is tuned, once for every 100 pairs of a batch.
    start_limit : float
        Seconds that importing it may take.
    """

    def __init__(
        self, target: str, orientation: str | None = None, limit: float = 60.0, start_limit: float = 180.0
    ) -> None:
        self.target, self.orientation, self.limit, self.start_limit = target, orientation, limit, start_limit
        self.kills: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.label, self.designs = target, 0
        self.others: list[Isolated] = []

    def introduce(self) -> Introduction:
        """Start the process and hear who it is.

        Raises
        ------
        MetricsuiteError
            Of the kind that loading it here would have raised.
        """
        folder = self.folder = tempfile.TemporaryDirectory(prefix="metricsuite-")
        self.log: IO[bytes] = open(Path(folder.name, "output"), "w+b")  # noqa: SIM115 - closed in close()
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_CORE_"))} | ONE_THREAD
        env["PYTHONPATH"] = os.pathsep.join(
            [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from metricsuite.isolation import serve; serve()", self.target, self.orientation or ""],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=env, start_new_session=True,
        )  # fmt: skip
        hello: Introduction = self._reply(self.start_limit)
        self.label, self.spec = hello.label, MetricSpec.from_dict(hello.spec)
        self.declared, self.tunable = hello.declared, hello.tunable
        return hello

    def afresh(self) -> Isolated:
        """The metric in another process, which ends with this one."""
        new = Isolated(self.target, self.orientation, self.limit, self.start_limit)
        new.introduce()
        self.others.append(new)
        return new

    def open(self, systems: Sequence[Trajectories], calibration: Sequence[Trajectories] | None = None) -> IsolatedBench:
        """Hand a design's systems over."""
        if len(self.kills) >= STRIKES:
            raise MetricKilled(f"{self.label} was not run: it {self.kills[-1]}, after {STRIKES} kills")
        if self.process is None:
            self.introduce()
        for old in Path(self.folder.name).glob("*.npy"):
            old.unlink()  # never overwritten: the process may still have it mapped
        self.designs += 1
        stem = f"{self.folder.name}/{self.designs}"
        names = [_save(f"{stem}-{i}", s) for i, s in enumerate(systems)]
        tuning = (
            [_save(f"{stem}-calibration-{i}", s) for i, s in enumerate(calibration)]
            if calibration is not None
            else None
        )
        return IsolatedBench(self, *self.ask("open", names, tuning))

    def ask(self, *message: Any) -> Any:
        """One message, one reply, within the limit."""
        if self.process is None or self.process.stdin is None:
            raise MetricKilled(f"{self.label} has no process: it {self.kills[-1] if self.kills else 'was closed'}")
        try:
            pickle.dump(message, self.process.stdin, protocol=5)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the reply says why
        if message[0] == "compare_many":
            pairs = len(message[1])
            advice = f"; raise --metric-timeout, or drop compare_many: compare has {self.limit:g} s for each pair"
            return self._reply(self.limit * -(-pairs // PAIRS_A_CALL), f"compare_many of {pairs} pairs", advice)
        return self._reply(self.limit * (10 if message[0] == "open" else 1))

    def _reply(self, limit: float, what: str = "one call", advice: str = "") -> Any:
        process = self.process
        assert process is not None
        assert process.stdout is not None
        late = False
        try:
            if not select.select([process.stdout], [], [], limit)[0]:
                late = True
                _kill(process)
            good, value = pickle.load(process.stdout)
        except (EOFError, pickle.UnpicklingError, OSError):
            code, tail = process.wait(), self._tail()
            self.close()
            if late:
                why = f"hung: {what} took longer than {limit:g} s and was killed{advice}"
            elif code < 0:
                why = f"died of {signal.Signals(-code).name}"
            else:
                why = f"exited the interpreter with status {code}"
            self.kills.append(why)
            raise MetricKilled(f"{self.label} {why}{': ' + tail if tail else ''}") from None
        except BaseException:  # Ctrl-C here: the pipe is out of step
            self.close()
            raise
        if not good:
            kind, text = value
            raise kind(text)
        return value

    def _tail(self) -> str:
        self.log.flush()
        self.log.seek(max(0, self.log.seek(0, os.SEEK_END) - 300))
        return " ".join(self.log.read().decode(errors="replace").split())

    def close(self) -> None:
        """End the process and everything that it started."""
        for other in self.others:
            other.close()
        process, self.process = self.process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.close()  # end of input: it leaves by itself, so that coverage is written
            process.wait(2.0)
        except (subprocess.TimeoutExpired, OSError):
            pass
        _kill(process)
        process.wait()
        process.stdout.close()
        self.log.close()
        self.folder.cleanup()


class IsolatedBench:
    """The face of `metricsuite.bench.Bench`, in front of the process."""

    def __init__(self, metric: Isolated, setting: dict[str, Any], tuning: dict[str, Any], batched: bool) -> None:
        self.ask, self.setting, self.tuning, self.batched = metric.ask, setting, tuning, batched

    def prepare(self, i: int, draw: int) -> float:
        return float(self.ask("prepare", i, draw))

    def compare(self, i: int, j: int, draw: int) -> tuple[float, float]:
        value, seconds = self.ask("compare", i, j, draw)
        return value, seconds

    def compare_many(self, pairs: Sequence[tuple[int, int]], draw: int) -> tuple[npt.NDArray[np.float64], float]:
        values, seconds = self.ask("compare_many", pairs, draw)
        return values, seconds

    def audit(self) -> dict[str, str]:
        faults: dict[str, str] = self.ask("audit")
        return faults


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # its session: its own children too


def _save(stem: str, system: Trajectories) -> dict[str, Any]:
    out: dict[str, Any] = {"dt": system.dt}
    for part in ("array", "inputs", "conditions"):
        value = getattr(system, part)
        if value is not None:
            out[part] = f"{stem}-{part}.npy"
            np.save(out[part], value, allow_pickle=False)
    return out


def _load(saved: dict[str, Any]) -> Trajectories:
    return Trajectories.unchecked(
        **{k: v if k == "dt" else np.load(v, mmap_mode="c" if k == "array" else None) for k, v in saved.items()}
    )


def _original(saved: list[dict[str, Any]], i: int) -> Trajectories:
    return _load(saved[i])


def serve() -> None:
    """The child's side: load the metric that the command line names, introduce it, answer until the input ends."""
    read, write = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what the plugin prints goes to the log, never into the pipe
    _die_with_parent()

    def answer(good: bool, value: Any) -> None:
        pickle.dump((good, value), write, protocol=5)
        write.flush()

    from metricsuite.registry import load_with_origin

    try:
        metric, origin = load_with_origin(sys.argv[1], sys.argv[2] or None)
        answer(True, introduction(metric, origin))
    except MetricsuiteError as error:
        answer(False, (type(error), str(error)))
        return
    bench: LocalBench | None = None
    while True:
        try:
            what, *args = pickle.load(read)
        except EOFError:
            return
        try:
            if what == "open":
                saved, tuning = args
                calibration = [_load(s) for s in tuning] if tuning is not None else None
                originals = functools.partial(_original, saved)
                bench = LocalBench(metric, [_load(s) for s in saved], originals, calibration)
                answer(True, (bench.setting, bench.tuning, bench.batched))
            else:
                answer(True, getattr(bench, what)(*args))
        except MetricError as error:
            answer(False, (MetricError, str(error)))


def _die_with_parent() -> None:
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # Linux: even in the middle of C code
    except (OSError, AttributeError):
        pass
