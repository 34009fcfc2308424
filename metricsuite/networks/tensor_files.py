"""Files that are whole or not there at all, and tensors in them: safetensors, with facts as JSON in the header.

A pickle is never read: safetensors holds numbers and text, and nothing in it runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save

HEADER = "metricsuite"  # the one entry of the header, JSON


def put_in_place(path: Path, content: bytes) -> None:
    """Write beside `path` and to the disk, then move it there: an interruption leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> None:
    """Tensors and facts as one file, put in place; the same ones always give the same bytes."""
    put_in_place(path, save({k: v.contiguous() for k, v in tensors.items()}, {HEADER: json.dumps(facts)}))


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """What `write_tensors` wrote.

    Raises
    ------
    safetensors.SafetensorError, ValueError, OSError
        No safetensors file, a header that is not JSON, no such file.
    """
    with safe_open(path, "pt") as file:
        facts = json.loads((file.metadata() or {}).get(HEADER, "{}"))
        # Copies, since what it gives is the file itself in memory: to write into that file would be to change them, or to crash.
        return {k: file.get_tensor(k).clone() for k in file.keys()}, facts  # noqa: SIM118
