"""``metricsuite show``: a case as pictures, a certificate as a page, or how much of a verdict hangs on a metric's hyper-parameters.

metricsuite show lorenz                                           every design of a case, every built-in metric
metricsuite show my_cases/test_mine.py --metric mypkg.mod:mine    a case and a metric of one's own
metricsuite show ring_line/test_a_squeezed_ring_is_still_a_ring   one verdict
metricsuite show certificates/mine/certificate.json               a certificate's page, index.html, written anew beside it
metricsuite show hyper-parameters dsa                             one design over settings around the declared one
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import metricsuite
from metricsuite.errors import CaseError, SpecError
from metricsuite.properties import nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HYPER_PARAMETERS = "hyper-parameters"
_NOT_SHOWN = ("test_speed", "test_explore")  # which reach no verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``metricsuite show``."""
    parser.add_argument(
        "case",
        nargs="?",
        help=f"a case (lorenz), a path, a verdict id (file/test[case]), a certificate.json or its folder, or {HYPER_PARAMETERS}",
    )
    parser.add_argument("target", nargs="?", metavar="METRIC", help=f"after {HYPER_PARAMETERS}: whose")
    parser.add_argument("--list", action="store_true", help="list the cases that come with metricsuite")
    parser.add_argument("--fixture", metavar="NAME", help="only the designs of this fixture")
    parser.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="M",
        help="as pytest's --metric; repeatable (all built-in ones)",
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="seeds that each design is made of (16)")
    parser.add_argument(
        "--case",
        dest="of_case",
        metavar="CASE",
        help=f"after {HYPER_PARAMETERS}: the verdict to vary them on (attractor or chain; for a metric of paired samples, ring or cut ring)",
    )
    parser.add_argument("--out", metavar="FILE.png|DIR", help="where to write (the working directory)")


def run(args: argparse.Namespace) -> int:
    """Draw what was asked for and print the names of the files; 0."""
    if args.list:
        print("\n".join(listed()))
        return 0
    if args.case is None:
        raise CaseError("needed a case; `metricsuite show --list` lists them.")
    if args.case == HYPER_PARAMETERS:
        return _show_hyper_parameters(args)
    if args.target is not None or args.of_case is not None:
        raise CaseError(
            f"a METRIC and --case belong to `metricsuite show {HYPER_PARAMETERS}`; for a case, say --metric."
        )
    if args.case.endswith(".json") or Path(args.case, "certificate.json").is_file():
        return _show_certificate(args)
    return _show_case(args)


def listed() -> list[str]:
    """A line for each case that comes with metricsuite: its name, its title, the properties that it decides."""
    lines = []
    for stem, path in _known().items():
        text = path.read_text(encoding="utf-8")
        title = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
        decides = ", ".join(dict.fromkeys(re.findall(r'decides\("([^"]+)"', text))) or "group actions"
        lines += [f"{stem.removeprefix('test_'):<18}{title}", f"{'':<18}decides {decides}"]
    return lines


def find_case(text: str) -> tuple[Path, str]:
    """The file of a case, and the test or verdict in it that was named ("" for all).

    Raises
    ------
    CaseError
        No such case (with the nearest).
    """
    where, slash, test = text.partition("[")
    head, _, tail = where.rpartition("/")
    file, inside = (head, tail + slash + test) if tail.startswith("test_") and not Path(where).exists() else (text, "")
    if not file:
        file, inside = text, ""
    for name in (file, f"{file}.py"):
        if Path(name).is_file():
            return Path(name), inside
    stem = Path(file).name.removesuffix(".py")
    known = _known()
    if "/" not in file and not file.endswith(".py"):
        for name in (stem, f"test_{stem}"):
            if name in known:
                return known[name], inside
    names = [name.removeprefix("test_") for name in known]
    raise CaseError(
        f"no case is called {file!r}; {nearest(stem.removeprefix('test_'), names)}. `metricsuite show --list` lists them; for a case "
        "of your own, give the path of its file."
    )


def _known() -> dict[str, Path]:
    """The cases that come with metricsuite, in the package or beside it."""
    folder = next(p for p in (Path(part, "cases") for part in metricsuite.__path__) if p.is_dir())
    return {p.stem: p for p in sorted(folder.glob("test_*.py")) if p.stem not in _NOT_SHOWN}


def _show_case(args: argparse.Namespace) -> int:
    from metricsuite.report.show.exhibits import exhibits_of
    from metricsuite.report.show.plots import class_colours, design_figure, new_figure
    from metricsuite.report.show.recording import Recorded, Wanted, record

    new_figure(1, 1)  # without matplotlib, say so before the run
    path, test = find_case(args.case)
    found = record(path, Wanted(test, args.fixture), args.metric, args.seeds, exhibits_of)
    colours = class_colours([r.seen for r in found if r.seen is not None])
    designs: dict[tuple[str, str], list[Recorded]] = {}
    for one in found:
        designs.setdefault((one.row.id, one.seed_set), []).append(one)
    several = len({kind for _, kind in designs}) > 1
    names = [i.replace("/test_", "-") + (f"-{kind}" if several else "") for i, kind in designs]
    for target, records in zip(targets(args.out, names), designs.values(), strict=True):
        save(design_figure(records, colours), target)
        answers = ", ".join(f"{r.row.metric} {r.row.status}" for r in records)
        print(f"{target}: {answers}")
    return 0


def _show_certificate(args: argparse.Namespace) -> int:
    from metricsuite.report.certificate_page.page import write_certificate_page

    if args.metric or args.fixture or args.seeds or args.out:
        raise CaseError(
            "--metric, --fixture, --seeds and --out belong to a case; a certificate's page lies beside it: `metricsuite show "
            f"{args.case}`."
        )
    print(write_certificate_page(Path(args.case)))
    return 0


def _show_hyper_parameters(args: argparse.Namespace) -> int:
    from metricsuite.report.show.plots import new_figure
    from metricsuite.report.show.setting_grid import default_case, grid_of, table
    from metricsuite.report.show.setting_plot import setting_figure

    if args.target is None:
        raise SpecError(f"needed a metric: metricsuite show {HYPER_PARAMETERS} dsa")
    if args.metric or args.fixture:
        raise SpecError(
            f"--metric and --fixture belong to a case; here, `metricsuite show {HYPER_PARAMETERS} METRIC --case ID`."
        )
    new_figure(1, 1)
    case = args.of_case or default_case(args.target)
    path, test = find_case(case)
    grid = grid_of(args.target, path, test, args.seeds)
    print("\n".join(table(grid)))
    (target,) = targets(args.out, [f"{HYPER_PARAMETERS}-{args.target}"])
    save(setting_figure(grid), target)
    print(target)
    return 0


def targets(out: str | None, names: Sequence[str]) -> list[Path]:
    """Where each figure goes: ``FILE.png`` for one and ``FILE-1.png`` ... for several, or files of these names in a folder."""
    if out is not None and out.endswith(".png"):
        base = Path(out)
        return [base] if len(names) == 1 else [base.with_stem(f"{base.stem}-{k + 1}") for k in range(len(names))]
    folder = Path(out or ".")
    return [folder / (re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") + ".png") for name in names]


def save(figure: Figure, path: Path) -> None:
    """Write a PNG, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    figure.savefig(partial, format="png")
    partial.replace(path)
