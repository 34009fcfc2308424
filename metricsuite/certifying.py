"""`certify(metric)`: the cases on one metric, from a script, in a fresh pytest process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import metricsuite
from metricsuite.certificate import Certificate, read_certificate
from metricsuite.errors import MetricNotFound, MetricsuiteError, SpecError

_GUARD = "METRICSUITE_CERTIFYING"
_ERROR = "ERROR: "
_METRIC = f"{_ERROR}--metric: "


def certify(
    metric: Any,
    *,
    seeds: int | None = None,
    tracks: Sequence[str] = (),
    cases: Sequence[str | os.PathLike[str]] = (),
    orientation: str | None = None,
    waivers: str | os.PathLike[str] | None = None,
    processes: int = 0,
    directory: str | os.PathLike[str] | None = None,
) -> Certificate:
    """Run ``pytest`` on the suite's cases for one metric, in a fresh process, and return its certificate.

    Parameters
    ----------
    metric : str or plugin
        A target as for ``--metric``; or a function, class or object: found again by its module where it has one, else (a closure, a
        lambda, something from a notebook) carried over by cloudpickle.
    seeds : int, optional
        16 unless given; fewer never certify.
    tracks : sequence of str
        Only these.
    cases : sequence of paths
        Folders of cases beside the suite's own.
    orientation : {"distance", "similarity"}, optional
        For a plain callable.
    waivers : path, optional
    processes : int
        As ``pytest -n``; needs pytest-xdist.
    directory : path, optional
        Keep ``<metric>/certificate.json``, ``distances.npz`` and whatever else a run writes there.

    Returns
    -------
    Certificate

    Raises
    ------
    SpecError
        The metric cannot be carried to another process.
    MetricNotFound
        No metric of that name, or it cannot be imported.
    MetricsuiteError
        pytest wrote no certificate; the end of what it said is in the message.
    RuntimeError
        Called while it is itself being carried out: guard the script with ``if __name__ == "__main__"``.

    Notes
    -----
    Cost: that of the run, and about .7 s.
    """
    flags = [word for track in tracks for word in ("--track", track)]
    for flag, value in (
        ("--seeds", seeds),
        ("--orientation", orientation),
        ("--waivers", waivers and Path(waivers).resolve()),
    ):
        flags += [flag, str(value)] if value is not None else []
    return run_cases(metric, [own_cases(), *map(Path, cases)], flags, processes, directory)


def run_cases(
    metric: Any,
    paths: Sequence[Path],
    flags: Sequence[str],
    processes: int = 0,
    directory: str | os.PathLike[str] | None = None,
) -> Certificate:
    """`certify` with cases and pytest's flags as they are given: folders or files, the suite's own included.

    Raises
    ------
    As `certify`.
    """
    if _GUARD in os.environ:
        raise RuntimeError(
            'certify() was called while certify() loads a metric: guard the script with `if __name__ == "__main__":`.'
        )
    with tempfile.TemporaryDirectory(prefix="metricsuite-certify-") as folder:
        out = Path(folder, "certificate")  # empty, so that what is found there is of this run
        ini = Path(folder, "pytest.ini")
        ini.write_text("[pytest]\naddopts = --strict-markers --strict-config\n", encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-c", str(ini), "--rootdir", str(own_cases())]
        command += ["-p", "metricsuite", "-p", "no:cacheprovider", *(str(path.resolve()) for path in paths)]
        command += ["--metricsuite-metric", _target(metric, Path(folder)), "--certificate", str(out), *flags]
        command += ["-p", "xdist", "-n", str(processes)] if processes else []
        done = subprocess.run(
            command, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        written = list(out.glob("*/certificate.json"))
        newest = max(written, key=lambda p: p.stat().st_mtime_ns, default=None)
        if newest is None:
            raise _no_certificate(done.returncode, (done.stdout + done.stderr).strip())
        if directory is not None:
            shutil.copytree(newest.parent, Path(directory, newest.parent.name), dirs_exist_ok=True)
        return read_certificate(newest)


def _no_certificate(code: int, said: str) -> MetricsuiteError:
    """The cause alone where pytest refused to begin (4), else the end of what it said."""
    if code == 4 and said.startswith(_METRIC):
        return MetricNotFound(said.removeprefix(_METRIC))
    if code == 4 and said.startswith(_ERROR):
        return MetricsuiteError(said.removeprefix(_ERROR))
    return MetricsuiteError(f"pytest ended with {code} and wrote no certificate: {said[-1500:]}")


def own_cases() -> Path:
    """The suite's cases, in the package or beside it."""
    return next(p for p in (Path(folder, "cases") for folder in metricsuite.__path__) if p.is_dir())


def _environment() -> dict[str, str]:
    """Without the outer pytest's variables and other people's plugins; with the caller's import path."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_CORE_"))}
    path = os.pathsep.join(p for p in [os.getcwd(), *sys.path] if p)
    return env | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", _GUARD: "1", "PYTHONPATH": path}


def _target(metric: Any, folder: Path) -> str:
    if isinstance(metric, str):
        return metric
    module, name = getattr(metric, "__module__", None), getattr(metric, "__qualname__", None)
    if module and name and "<" not in name and module != "__main__":
        try:
            found: Any = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
            if found is metric:
                return f"{module}:{name}"
        except (ImportError, AttributeError):
            pass
    import cloudpickle

    path = folder / f"{getattr(metric, '__name__', type(metric).__name__).strip('<>')}.pkl"
    try:
        path.write_bytes(cloudpickle.dumps(metric))
    except Exception as error:
        raise SpecError(
            f"certify: {metric!r:.80} cannot be carried to another process ({type(error).__name__}: {error}). Put it into a module."
        ) from error
    return str(path)
