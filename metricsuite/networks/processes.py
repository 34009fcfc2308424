"""Jobs in processes of their own, a few at a time; what they tell comes back in the order in which it is said."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from metricsuite.errors import MetricsuiteError, ZooError

Tell = Callable[[str], None]
FAILED = "failed: "  # how a job tells of an error of metricsuite's, which needs no traceback


def in_processes(work: Callable[..., None], jobs: Mapping[str, tuple[Any, ...]], processes: int, tell: Tell) -> None:
    """Call `work(*job, tell)` for every job, each in a fresh process, so that one's memory is not another's.

    Whatever ends this call early, an interruption too, ends every process; one whose parent was killed ends by itself.

    Raises
    ------
    ZooError
        A job failed or its process died; with the job's name.
    """
    context = multiprocessing.get_context("spawn")
    waiting = list(jobs.items())
    running: dict[Connection, tuple[str, SpawnProcess]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                name, job = waiting.pop(0)
                reader, writer = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(work, job, writer), daemon=True)
                process.start()
                writer.close()  # ours; the end of the child's is then the end of the pipe
                running[reader] = name, process
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                _hear(ready, running, tell)
    finally:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join()


def _hear(reader: Connection, running: dict[Connection, tuple[str, SpawnProcess]], tell: Tell) -> None:
    name, process = running[reader]
    try:
        text = reader.recv_bytes().decode()
    except EOFError:
        del running[reader]
        process.join()
        if process.exitcode:
            raise ZooError(
                f"zoo: the process of {name} died with exit code {process.exitcode} (-9: killed, perhaps for want of memory). What "
                "is finished is kept; the same command goes on from there."
            ) from None
        return
    if text.startswith(FAILED):
        raise ZooError(f"{name}: {text.removeprefix(FAILED)}")
    tell(text)


def _child(work: Callable[..., None], job: tuple[Any, ...], writer: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends us
    parent = multiprocessing.parent_process()

    def tell(text: str) -> None:
        if parent is not None and not parent.is_alive():
            raise SystemExit(1)
        writer.send_bytes(text.encode())

    try:
        work(*job, tell)
    except MetricsuiteError as error:
        tell(f"{FAILED}{error}")
