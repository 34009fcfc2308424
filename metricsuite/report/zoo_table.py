"""What the stored networks can do: accuracy on the target by group, from the facts stored with them.

python -m metricsuite.report.zoo_table README.md              write it between the marks of the file
python -m metricsuite.report.zoo_table README.md --check      1 where something else stands there
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from metricsuite.networks import zoo
from metricsuite.networks.curriculum import GROUPS
from metricsuite.networks.tasks import CHOICES
from metricsuite.networks.training import FINAL
from metricsuite.report.readme import between, placed

MARK = "zoo-accuracies"
WHAT_LEARNS = {"": "all weights", "input": "input weights", "rule": "rule vector"}


def zoo_table(directory: Path = zoo.DIRECTORY) -> str:
    """Markdown: groups by architectures and tasks; the median accuracy of the stored networks, and in how many it reaches .95.

    Raises
    ------
    ZooError
        A group is missing, damaged, or of another version.
    """
    kinds = [(family, architecture) for family in CHOICES for architecture in zoo.ARCHITECTURES]
    size = sum(path.stat().st_size for path in directory.rglob("*") if path.suffix in (".json", ".safetensors"))
    lines = [
        f"Accuracy on the target's test trials, after rounding to float16: the median of {len(zoo.SEEDS)} networks, and how many reach .95. "
        f"Pretrained groups show what they can do before they see the target. {size / 1e6:.1f} MB in all.",
        "",
        _line(["group", "learns", *(f"{family}, {architecture}" for family, architecture in kinds)]),
        _line(["---"] * (2 + len(kinds))),
    ]
    for file, group in GROUPS.items():
        cells = []
        for family, architecture in kinds:
            _, facts = zoo.read(directory, architecture, family, file)
            reached = np.array(facts["accuracies"][FINAL])
            cells.append(f"{np.median(reached):.2f}, {(reached >= 0.95).sum()}")
        lines.append(_line([group.name, WHAT_LEARNS[group.freezing], *cells]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table into a file, or check what stands there."""
    parser = argparse.ArgumentParser(
        prog="python -m metricsuite.report.zoo_table", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 where the file says something else")
    given = parser.parse_args(arguments)
    table, text = zoo_table(), given.file.read_text()
    if not given.check:
        given.file.write_text(placed(text, MARK, table))
        return 0
    same = between(text, MARK) == table
    print("zoo table: " + ("as stored" if same else f"{given.file} says something else; write it without --check"))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
