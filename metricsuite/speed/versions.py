"""From what a user calls a version to a folder that it alone is installed in.

dist/mypkg-1.2-py3-none-any.whl     a wheel
mypkg==1.2                          what pip finds
.  ../mypkg                         a source tree as it is, with what is not committed
v1.2  main  HEAD~3                  a ref of the repository around the current directory
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.requirements import Requirement

from metricsuite.errors import SpeedError
from metricsuite.speed.sides import Version
from metricsuite.speed.sources import commit_of, project_around, source_as_it_is, source_of_commit

NEEDED = "needed a wheel, a source folder, a requirement such as mypkg==1.2, or a git ref of the repository here"


def installed(name: str, into: Path, here: Path) -> Version:
    """Install what `name` means, without its dependencies, below the folder `into`.

    Raises
    ------
    SpeedError
        No such wheel, folder or ref; what pip said where it could not build or install.
    """
    folder = into / "installed"
    path = here / name
    if name.endswith(".whl"):
        if not path.is_file():
            raise SpeedError(f"there is no wheel {name}; {NEEDED}.")
        _pip_install(str(path), folder)
        return _version(folder, f"the wheel {path.name}")
    if path.is_dir() and name.startswith((".", "/")):
        _build(source_as_it_is(project_around(path), into / "source"), folder)
        return _version(folder, f"the source tree {name}")
    if re.match(r"[\w.-]+(\[.*\])?\s*(===|[=~!<>]=|[<>]|@ )", name):
        _pip_install(name, folder)
        return _version(folder, name)
    commit = commit_of(name, here)
    if commit is None:
        raise SpeedError(f"{name} is no ref of a git repository here; {NEEDED}.")
    _build(source_of_commit(commit, here, into / "source"), folder)
    return _version(folder, f"{name}, {commit[:10]}" if not commit.startswith(name) else commit[:10])


def installed_here(distribution: str, into: Path) -> Version:
    """What is installed in this environment, copied into a folder of its own; built from its source tree if it is editable."""
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        raise SpeedError(
            f"{distribution} is not installed here; needed a candidate. Install it, or name one: --candidate . for this source tree."
        ) from None
    folder = into / "installed"
    url = json.loads(found.read_text("direct_url.json") or "{}")
    if url.get("dir_info", {}).get("editable"):
        source = Path(url2pathname(urlsplit(url["url"]).path))
        _build(source_as_it_is(source, into / "source"), folder)
        return _version(folder, "the source tree of what is installed here")
    files = [f for f in found.files or [] if ".." not in f.parts and "__pycache__" not in f.parts]
    if not any(f.suffix == ".py" or f.suffix == ".so" for f in files):
        raise SpeedError(
            f"{distribution} is installed here without a list of its files; name a candidate: --candidate REF-OR-WHEEL."
        )
    for file in files:
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(str(found.locate_file(file)), target)
    return _version(folder, "as installed here")


def _version(folder: Path, what: str) -> Version:
    found = list(metadata.distributions(path=[str(folder)]))
    if len(found) != 1:
        raise SpeedError(f"{what} installed {len(found)} distributions; needed one.")
    return Version(f"{found[0].name} {found[0].version} ({what})", folder, found[0].name)


def _build(source: Path, folder: Path) -> None:
    _pip_install(str(source), folder, *["--no-build-isolation"] * _backend_is_here(source))


def _pip_install(what: str, folder: Path, *options: str) -> None:
    words = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
        *options,
        "--target",
        str(folder),
        what,
    ]
    done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpeedError(f"pip could not install {what}: {_last_lines(done.stderr)}")


def _last_lines(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "\n".join(lines[-8:])


def _backend_is_here(source: Path) -> bool:
    """Whether all that the build asks for is installed in this environment."""
    file = source / "pyproject.toml"
    system = tomllib.loads(file.read_text(encoding="utf-8")).get("build-system", {}) if file.is_file() else {}
    backend = system.get("build-backend", "setuptools.build_meta").partition(".")[0].partition(":")[0]
    if "backend-path" not in system and importlib.util.find_spec(backend) is None:
        return False
    for text in system.get("requires", ["setuptools"]):
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            if not requirement.specifier.contains(metadata.version(requirement.name), prereleases=True):
                return False
        except metadata.PackageNotFoundError:
            return False
    return True
