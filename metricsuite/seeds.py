"""Seeds: integers from a case file's name, in three sets that never meet."""

from __future__ import annotations

import zlib

CERTIFY, PROFILE, CALIBRATION = "certify", "profile", "calibration"


class Seeds(list[int]):
    """The seeds of one case file, and of which set they are: stored networks, which are not made from seeds, are dealt by the set.

    Parameters
    ----------
    stem : str
        The case file's name without its suffix.
    kind : {"certify", "profile", "calibration"}
    number : int
    """

    def __init__(self, stem: str, kind: str, number: int) -> None:
        super().__init__(zlib.crc32(f"{stem}:{kind}:{i}".encode()) for i in range(number))
        self.kind = kind
