"""The certificates that a replication reads, and the distances stored beside them: do they belong together?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.certificate import Certificate, read_certificate
from metricsuite.distances import Distances
from metricsuite.errors import CertificateError

AGREE = ("version", "cases_sha256", "seeds", "seed_set")  # of a certificate's "suite": else the systems were others
NAMES = {"version": "suite version", "cases_sha256": "case digest", "seeds": "seeds", "seed_set": "seed set"}


@dataclass(frozen=True)
class Stored:
    """One metric's folder: its certificate and, by verdict id, its distances."""

    folder: Path
    certificate: Certificate

    @cached_property
    def arrays(self) -> dict[str, Any]:
        """Everything in ``distances.npz``, keyed ``verdict id|name``; empty where the file is missing."""
        path = self.folder / "distances.npz"
        if not path.is_file():
            return {}
        try:
            with np.load(path, allow_pickle=False) as stored:
                return {key: stored[key] for key in stored.files}
        except (OSError, ValueError) as error:
            raise CertificateError(
                f"{path}: cannot be read: {error}. Run the cases again with --certificate."
            ) from error

    def distances(self, verdict: str) -> Distances | None:
        """The distances behind a verdict, or None where none were stored (it raised, or was not run)."""
        if f"{verdict}|distances" not in self.arrays:
            return None
        matrix, labels, blocks, positions, pairs = (
            self.arrays[f"{verdict}|{name}"] for name in ("distances", "labels", "blocks", "positions", "pairs")
        )
        return Distances.by_hand(
            matrix, [str(v) for v in labels], blocks=tuple(map(int, blocks)), positions=tuple(map(float, positions)),
            pairs=tuple((int(i), int(j)) for i, j in pairs), metric=self.certificate.metric,
        )  # fmt: skip


def read_folder(folder: Path, wanted: Iterable[str]) -> dict[str, Stored]:
    """The certificates of some metrics, by name; those that are not there are left out.

    Raises
    ------
    CertificateError
        No folder, none of these metrics in it, a certificate that cannot be read, two of one metric, or two that do not belong together.
    """
    wanted = list(wanted)
    found: dict[str, Stored] = {}
    for path in sorted(folder.glob("*/certificate.json")):
        certificate = read_certificate(path)
        if certificate.metric not in wanted:
            continue
        if certificate.metric in found:
            raise CertificateError(
                f"{found[certificate.metric].folder} and {path.parent} both certify {certificate.metric}; needed one. Remove one."
            )
        found[certificate.metric] = Stored(path.parent, certificate)
    if not found:
        raise CertificateError(
            f"{folder} holds no certificate of {', '.join(wanted)}. Run: pytest cases --certificate {folder}"
        )
    first, *others = found.values()
    for other in others:
        for key in AGREE:
            one, two = (s.certificate.body["suite"][key] for s in (first, other))
            if one != two:
                raise CertificateError(
                    f"{first.folder / 'certificate.json'} and {other.folder / 'certificate.json'} do not belong together: {NAMES[key]} "
                    f"{one} and {two}. Run both metrics again: pytest cases --certificate {folder}"
                )
    return found


def same_systems(first: Distances, second: Distances) -> bool:
    """Whether two metrics were given the same systems, as far as the stored design tells."""
    return all(getattr(first, name) == getattr(second, name) for name in ("labels", "blocks", "positions", "pairs"))
