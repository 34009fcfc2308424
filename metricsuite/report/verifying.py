"""``metricsuite verify``: run a certificate again, and say whether it reproduces and what differs; 1 where a verdict does.

metricsuite verify certificates/dsa/certificate.json --processes 2
"""

from __future__ import annotations

import argparse
import json
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from metricsuite.certificate import Certificate, read_certificate
from metricsuite.certifying import own_cases, run_cases
from metricsuite.errors import CertificateError, MetricNotFound
from metricsuite.properties import TRACKS
from metricsuite.report.reproduction import Reproduction, reproduction
from metricsuite.version import __version__

WIDTH = 100
SHOWN = 3  # verdicts that are there only now
CARRIED = "carried by certify()"  # what origin.target says of a closure


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``metricsuite verify``."""
    parser.add_argument("file", type=Path, metavar="FILE", help="certificate.json, or its folder")
    parser.add_argument("--processes", type=int, default=0, metavar="N", help="as pytest -n; needs pytest-xdist")
    parser.add_argument(
        "--cases",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="the folder of cases that it was made with beside the suite's own; repeatable",
    )
    parser.add_argument(
        "--metric", metavar="TARGET", help="where the metric lies now, if no longer where it did: file.py:attr, ..."
    )
    parser.add_argument("--certificate", type=Path, metavar="DIR", help="keep the new certificate there")


def run(args: argparse.Namespace) -> int:
    """Run it again and say what came of it; 0 where every verdict has the same word, whether or not its figures moved."""
    path = args.file / "certificate.json" if args.file.is_dir() else args.file
    then = read_certificate(path)
    target = args.metric or then.body["metric"]["origin"]["target"]
    if target == CARRIED:
        raise CertificateError(
            f"{path}: the metric was a function or object without a module, carried by certify(), so there is no source to run again. "
            "Put it into a module, and name it: --metric module:attr."
        )
    paths = case_paths(path, then, args.cases)
    seconds = sum(v.seconds.get("total", 0.0) for v in then.verdicts)
    many = f"{len(then.verdicts)} verdict{'s' * (len(then.verdicts) != 1)}"
    print(f"{then.metric}: {many} again, about {max(1, round(seconds))} s then", flush=True)
    with tempfile.TemporaryDirectory(prefix="metricsuite-verify-") as folder:
        flags = flags_of(then, Path(folder))
        try:
            now = run_cases(target, paths, flags, args.processes, args.certificate)
        except MetricNotFound as error:
            raise MetricNotFound(f"{error} Where it lies elsewhere now, name it: --metric TARGET.") from error
    found = reproduction(then, now)
    print("\n".join(told(then, now, found)))
    return int(not found.reproduced)


def case_paths(path: Path, then: Certificate, folders: Sequence[Path]) -> list[Path]:
    """Where the cases of a certificate lie: folders, or files where the run had been narrowed to some.

    Raises
    ------
    CertificateError
        A file of cases that is not there.
    """
    asked = then.body["suite"]["run"] or {}
    names = asked.get("files") or sorted({f"{v.id.split('/')[0]}.py" for v in then.verdicts})
    places = [own_cases(), *folders]
    found = {name: place / name for name in names for place in reversed(places) if (place / name).is_file()}
    if missing := sorted(set(names) - set(found)):
        own = f" (it was made with {', '.join(asked['folders'])})" if asked.get("folders") else ""
        raise CertificateError(
            f"{path}: {', '.join(missing)}: not among the cases of metricsuite {__version__} (it was made by "
            f"{then.body['suite']['version']}), nor under --cases. Name the folder of cases that it was made with: --cases DIR{own}."
        )
    if asked.get("files") and then.body["left_out"]:
        return sorted(found.values())
    return [place for place in places if place in {case.parent for case in found.values()}]


def flags_of(then: Certificate, folder: Path) -> list[str]:
    """pytest's flags for the same run; the waivers are written into `folder`.

    A certificate of schema 1 does not say how its run was narrowed: then all of the tracks that it has are run.
    """
    suite = then.body["suite"]
    asked: dict[str, Any] | None = suite["run"]
    flags = ["--seeds", str(suite["seeds"])]
    if asked is None:
        tracks = {v.track for v in then.verdicts}
        return flags + [
            word for track in TRACKS if track in tracks and tracks < set(TRACKS) for word in ("--track", track)
        ]
    flags += ["--max-pairs", str(asked["max_pairs"]), "--metric-timeout", f"{asked['timeout']:g}"]
    flags += [word for track in asked["tracks"] for word in ("--track", track)]
    for flag, value in (("-m", asked["markers"]), ("-k", asked["keyword"]), ("--orientation", asked["orientation"])):
        flags += [flag, value] if value else []
    flags += ["--quick"] * asked["quick"]
    if asked["waivers"]:
        waivers = folder / "waivers.toml"
        waivers.write_text("\n".join(_toml(w) for w in asked["waivers"]), encoding="utf-8")
        flags += ["--waivers", str(waivers)]
    return flags


def _toml(waiver: dict[str, Any]) -> str:
    """A waiver as it was honoured then: one that has expired since would be refused, so its date becomes its source."""
    source = waiver["source"] or f"expires {waiver['expires']}"
    fields = {"metric": waiver["metric"], "verdict": waiver["verdict"], "reason": waiver["reason"], "source": source}
    lines = [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in fields.items()]
    return "\n".join(["[[waiver]]", *lines]) + "\n"


def told(then: Certificate, now: Certificate, found: Reproduction) -> list[str]:
    """What came of it, no line longer than `WIDTH`."""
    lines = _fold(f"{then.metric}: {found.summary}")
    for name, before, after in found.differing:
        lines += _fold(f"{name}: {before} then, {after} now", "  ")
    if found.new:
        more = f" and {len(found.new) - SHOWN} more" * (len(found.new) > SHOWN)
        lines += _fold(f"only now, and not counted: {', '.join(found.new[:SHOWN])}{more}", "  ")
    if then.status != now.status:
        lines += _fold(f"the certificate was {then.brief}", "  ") + _fold(f"and is now {now.brief}", "  ")
    return lines + list(_circumstances(then, found))


def _circumstances(then: Certificate, found: Reproduction) -> Iterator[str]:
    if found.circumstances:
        yield "what differs between then and now:"
        for change in found.circumstances:
            yield from _fold(f"{change.kind}: {change.subject}: {change.then} then, {change.now} now", "  ")
    else:
        yield "source, suite, seeds and environment are the same."
    asked = then.body["suite"]["run"]
    if asked is None:
        yield from _fold(
            "what the run was asked for (waivers, orientation, how it was narrowed) is not in the certificate."
        )
    for waiver in asked["waivers"] if asked else ():
        if waiver["expires"]:
            yield from _fold(
                f"honoured as it was then: the waiver of {waiver['verdict']}, which ends on {waiver['expires']}."
            )


def _fold(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False)
