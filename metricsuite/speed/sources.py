"""The source tree of a version, in a folder that may be written to: the user's checkout and index stay as they are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from metricsuite.errors import SpeedError

PROJECT = ("pyproject.toml", "setup.py")
LEFT_OUT = (".git", ".tox", ".venv", "venv", ".nox", "node_modules", "__pycache__", "build", "dist", "*.egg-info")


def git(folder: Path, *words: str) -> str:
    """What git answers there; SpeedError with what it said, if it fails."""
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SpeedError("git is not installed; needed to read a ref. Give a wheel instead.") from None
    if done.returncode:
        raise SpeedError(f"git {' '.join(words)}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout.strip()


def commit_of(ref: str, folder: Path) -> str | None:
    """The commit that a ref names in the repository around `folder`; None if it names none, or there is no repository."""
    try:
        return git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except SpeedError:
        return None


def source_of_commit(commit: str, folder: Path, into: Path) -> Path:
    """The project around `folder`, as of a commit; `into` becomes a repository of its own that borrows the objects."""
    root = Path(git(folder, "rev-parse", "--show-toplevel"))
    git(root, "clone", "--quiet", "--shared", "--no-checkout", str(root), str(into))
    git(into, "checkout", "--quiet", "--detach", commit)
    return into / project_around(folder).relative_to(root)


def source_as_it_is(folder: Path, into: Path) -> Path:
    """A copy of a source tree as it lies there, with what is not committed, without what git ignores."""
    folder = folder.resolve()
    commit = commit_of("HEAD", folder)
    if commit is None:
        shutil.copytree(folder, into, ignore=shutil.ignore_patterns(*LEFT_OUT))
        return into
    source = source_of_commit(commit, folder, into)
    root = Path(git(folder, "rev-parse", "--show-toplevel"))
    changed = git(root, "diff", "--name-only", "--no-renames", "-z", "HEAD") + "\0"
    changed += git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for name in filter(None, changed.split("\0")):
        (into / name).unlink(missing_ok=True)
        if (root / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, into / name)
    return source


def project_around(folder: Path) -> Path:
    """The nearest folder, upwards, that pip can build."""
    folder = folder.resolve()
    for each in (folder, *folder.parents):
        if any((each / name).is_file() for name in PROJECT):
            return each
    raise SpeedError(f"no {' or '.join(PROJECT)} in {folder} or above; needed a project that pip can build.")
