"""`networks.json`: distances between networks as `network_design.remake` found them, with all that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metricsuite.adapting import Metric
from metricsuite.errors import CertificateError
from metricsuite.networks.zoo import DIRECTORY, manifest
from metricsuite.report.replicate import network_design
from metricsuite.report.replicate.network_measures import DELAY_INTERVAL, N_DELAYS, RANK
from metricsuite.report.replicate.network_states import COMMON, FAMILY, PUBLISHED_TRIALS, WINDOW
from metricsuite.report.replicate.published_design import write_published
from metricsuite.version import __version__

FILE = "networks.json"
AGAIN = "Make it again with --networks."


def settings(metrics: Mapping[str, Metric], directory: Path = DIRECTORY) -> dict[str, Any]:
    """All that the distances depend on, the networks themselves (by the digest of their manifest's hashes) among it."""
    hashes = {file: digest for file, digest in manifest(directory).items() if file.split("/")[0].endswith(f"-{FAMILY}")}
    return {
        "metrics": {role: [metric.label, metric.setting] for role, metric in metrics.items()},
        "published": {
            "dsa": {"n_delays": N_DELAYS, "delay_interval": DELAY_INTERVAL, "rank": RANK},
            "trials": PUBLISHED_TRIALS, "window": WINDOW, "components": COMMON,
        },
        "counts": asdict(network_design.COUNTS),
        "architectures": list(network_design.ARCHITECTURES),
        "checkpoints": list(network_design.ALONG),
        "networks": hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:16],
    }  # fmt: skip


def make_networks(path: Path, metrics: Mapping[str, Metric], tell: Callable[[str], None]) -> None:
    """Measure both designs, and store them with their settings."""
    found = network_design.remake(metrics, DIRECTORY, network_design.COUNTS, network_design.ARCHITECTURES, tell)
    write_published(path, {"version": __version__, "settings": settings(metrics), "found": found})


def read_networks(path: Path, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """What `network_design.remake` returned, as stored.

    Raises
    ------
    CertificateError
        No JSON of that kind; or made by another version, at other settings, by other metrics or of other networks than would be used now.
    """
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        given = {"version": made["version"], "settings": made["settings"]}
        found = made["found"]
        lacking = [key for key in ("members", "master", "learning", "matrices", "across") if key not in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CertificateError(f"{path}: cannot be read: {error!r}. {AGAIN}") from error
    needed = {"version": __version__, "settings": json.loads(json.dumps(settings(metrics)))}
    if given["version"] != needed["version"]:
        raise CertificateError(f"{path}: version {given['version']}; needed {needed['version']}. {AGAIN}")
    for key, value in needed["settings"].items():
        if given["settings"].get(key) != value:
            raise CertificateError(f"{path}: {key} {given['settings'].get(key)}; needed {value}. {AGAIN}")
    if lacking:
        raise CertificateError(f"{path}: lacks {', '.join(lacking)}. {AGAIN}")
    return dict(found)
