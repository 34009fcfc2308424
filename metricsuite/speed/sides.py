"""A side: one installed version, at work in a process of its own until it is closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from metricsuite.errors import SpeedError
from metricsuite.threads import ONE_THREAD

LIMIT = 120.0  # seconds that one answer may take


@dataclass(frozen=True)
class Version:
    """An installed version: what to call it, the folder that it alone stands in, and the distribution that it is."""

    label: str
    folder: Path
    distribution: str


class Refusal(SpeedError):
    """A side could not do what it was asked; `kind` is the name of its exception."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class Side:
    """A worker that imports one version; dependencies come from the environment around it."""

    def __init__(self, version: Version) -> None:
        self.version = version
        path = [str(version.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        env = os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(path), "PYTHONHASHSEED": "0"}
        script = Path(__file__).with_name("worker.py")
        self._process = subprocess.Popen(  # -P: what lies beside the script stays out of the way
            [sys.executable, "-P", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=version.folder, env=env,
        )  # fmt: skip

    def __enter__(self) -> Side:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def ask(self, question: str, **details: Any) -> Any:
        """One question to the worker, by the name of its method.

        Raises
        ------
        Refusal
            It raised, ended, or took more than `LIMIT` seconds.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watch = threading.Timer(LIMIT, self._process.kill)
        watch.start()
        try:
            self._process.stdin.write(json.dumps({"ask": question, **details}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watch.cancel()
        if not line:
            raise Refusal(
                f"{self.version.label}: its process ended, or took more than {LIMIT:.0f} s over one call.", "Ended"
            )
        reply = json.loads(line)
        if "error" in reply:
            raise Refusal(f"{self.version.label}: {reply['error']}", reply["kind"])
        return reply["answer"]
