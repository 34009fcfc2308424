"""Where there is no browser and this is root on Debian or Ubuntu, installs Debian's Chromium; else says in words why not.

``python -m metricsuite.tests.browser.install_chromium`` never fails: without a browser the tests are skipped with the reason.
"""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_MACOS = tuple(Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in ("Google Chrome", "Chromium"))
MISSING = f"no browser: none of {', '.join(NAMES)} on PATH; on Debian `apt-get install chromium` brings one"
COMMANDS = (("apt-get", "update", "-q"), ("apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"))


def find_browser() -> str | None:
    """The first browser on PATH, or of macOS."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    return next(iter([*found, *(str(path) for path in ON_MACOS if path.exists())]), None)


def why_not() -> str | None:
    """Why Chromium cannot be installed from here, if it cannot."""
    if shutil.which("apt-get") is None:
        return "this is neither Debian nor Ubuntu: there is no apt-get"
    return None if os.geteuid() == 0 else "apt-get needs root"


def install() -> str:
    """Install Chromium unless there is a browser, and say in one line what was done."""
    if found := find_browser():
        return f"browser: {found}"
    if reason := why_not():
        return f"browser: not installed, {reason}; its tests will be skipped"
    for command in COMMANDS:
        done = subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, check=False)
        if done.returncode != 0:
            return f"browser: not installed, `{' '.join(command)}` failed with {done.returncode}; its tests will be skipped"
    return f"browser: installed {find_browser()}"


if __name__ == "__main__":
    print(install(), flush=True)
