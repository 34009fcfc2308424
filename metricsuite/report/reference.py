"""The reference table: what every built-in metric does, property by property, from the certificates of one run of the cases.

    python -m metricsuite.report.reference certificates README.md              write it between the marks of the file
    python -m metricsuite.report.reference certificates README.md --check      1, and what differs, where something else stands there

Words only: figures differ in their last digits between processors, and stand in the certificates.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from metricsuite.builtin import BUILTIN
from metricsuite.certificate import Certificate, read_certificate
from metricsuite.errors import CertificateError, MetricsuiteError
from metricsuite.properties import PROPERTIES, TRACKS
from metricsuite.report.readme import between, placed
from metricsuite.report.terminal import RuledOut, ruled_out_by_claims, severity
from metricsuite.spec import MetricSpec
from metricsuite.stability import claimable
from metricsuite.verdict import Verdict

MARK = "reference-table"
LEGEND = (
    "**kept**, **broken**, **inconclusive**: claimed. yes, no, unclear: measured, not claimed. impossible: not claimed, and ruled out by "
    "what is (`metricsuite explain METRIC` says why); yes!: ruled out, and measured all the same. `=` invariant, `~` sensitive. `*`: "
    "outside the declared scope, so measured only. n/a: could not be run. no 2/5: no in two of five verdicts, and nothing worse in the "
    "others. A cell shows claims before measurements, and what lies in the scope before what does not."
)


def reference_table(certificates: Sequence[Certificate]) -> str:
    """Markdown: properties by metrics, one row a property, tracks in their order; above it version and seeds, below it settings.

    Parameters
    ----------
    certificates : sequence of Certificate
        One a column, in that order, of whole runs by one version of the suite on as many seeds.

    Raises
    ------
    CertificateError
        No certificate, or runs that differ or were narrowed.
    """
    suite = _suite(certificates)
    specs = {c.metric: MetricSpec.from_dict(c.body["metric"]["spec"]) for c in certificates}
    rows = [v for c in certificates for v in c.verdicts]
    ruled_out = ruled_out_by_claims(specs, rows)
    lines = [
        _line(["property", *specs]),
        _line(["---"] * (1 + len(specs))),
        _line(["*certificate*", *(c.status for c in certificates)]),
        _line(["*claims kept*", *(_claims(c) for c in certificates)]),
    ]
    for track in TRACKS:
        here = [r for r in rows if r.track == track]
        asked = {
            r.property for r in here if (r.property, r.status) != ("same-as", "not applicable")
        }  # asked of ports alone
        names = [n for n in PROPERTIES if n in asked]
        names += sorted(asked - set(names))
        if track == "contract":
            cells = [_cell([r for r in here if r.metric == m], ruled_out) for m in specs]
            lines += [_line([f"**contract** (all {len(names)})", *cells])] * bool(names)
            continue
        lines += [_line([f"**{track}**", *[""] * len(specs)])] * bool(names)
        for name in names:
            cells = [_cell([r for r in here if r.property == name and r.metric == m], ruled_out) for m in specs]
            lines.append(_line([name, *cells]))
    undecided = [n for n in PROPERTIES if n not in {r.property for r in rows}]
    settings = [
        f"`{c.metric}`: {', '.join(f'{k} {v}' for k, v in c.body['metric']['setting'].items())}."
        for c in certificates
        if c.body["metric"]["setting"]
    ]
    able = sum(map(claimable, PROPERTIES.values()))
    head = f"metricsuite {suite['version']}, {suite['seeds']} seeds, {able} properties that can be claimed:"
    parts = [head, "\n".join(lines), LEGEND]
    parts += [f"No case decides yet: {', '.join(undecided)}."] * bool(undecided)
    parts += [f"Settings: {' '.join(settings)}"] * bool(settings)
    return "\n\n".join(parts)


def read_builtins(folder: Path) -> list[Certificate]:
    """The certificates of all built-in metrics, as ``pytest cases --certificate FOLDER`` writes them.

    Raises
    ------
    CertificateError
        One is missing, or cannot be read.
    """
    missing = [name for name in BUILTIN if not (folder / name / "certificate.json").is_file()]
    if missing:
        raise CertificateError(
            f"{folder}: no certificate of {', '.join(missing)}; needed those of all built-in metrics. Run pytest cases --certificate "
            f"{folder}."
        )
    return [read_certificate(folder / name / "certificate.json") for name in BUILTIN]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; 0 done or equal, 1 different, 4 what it cannot use."""
    parser = argparse.ArgumentParser(
        prog="python -m metricsuite.report.reference", description="The reference table, from certificates."
    )
    parser.add_argument("folder", type=Path, help="what --certificate of a run over all built-in metrics was given")
    parser.add_argument("file", type=Path, help=f"Markdown with <!-- {MARK} --> and <!-- /{MARK} -->")
    parser.add_argument("--check", action="store_true", help="compare only; 1 where it differs")
    args = parser.parse_args(arguments)
    try:
        text = args.file.read_text(encoding="utf-8")
        there = between(text, MARK)
        certificates = read_builtins(args.folder)
        if args.check and any(narrowed := [_narrowed(c) for c in certificates]):
            print(f"reference table not compared: {next(filter(None, narrowed))}")
            return 0
        table = reference_table(certificates)
    except (MetricsuiteError, OSError) as error:
        print(f"reference table: {error}", file=sys.stderr)
        return 4
    if there == table:
        print(f"{args.file}: the reference table is what the certificates say")
        return 0
    if not args.check:
        args.file.write_text(placed(text, MARK, table), encoding="utf-8")
        print(f"{args.file}: reference table written")
        return 0
    for line in difflib.unified_diff(
        there.splitlines(), table.splitlines(), str(args.file), "certificates", lineterm="", n=0
    ):
        print(line)
    print(f"Write it: python -m metricsuite.report.reference {args.folder} {args.file}")
    return 1


def _suite(certificates: Sequence[Certificate]) -> dict[str, object]:
    if not certificates:
        raise CertificateError("reference table: no certificate given; needed one or more.")
    for c in certificates:
        if narrowed := _narrowed(c):
            raise CertificateError(f"{narrowed}; needed all. Run the cases without -m, -k or --track.")
    suites = [{k: c.body["suite"][k] for k in ("version", "seeds", "cases_sha256")} for c in certificates]
    for c, suite in zip(certificates, suites, strict=True):
        if suite != suites[0]:
            differing = ", ".join(f"{k} {suite[k]} against {suites[0][k]}" for k in suite if suite[k] != suites[0][k])
            raise CertificateError(
                f"{c.metric} and {certificates[0].metric} come from runs that differ: {differing}; needed one run."
            )
    return dict(suites[0])


def _narrowed(certificate: Certificate) -> str:
    counts = certificate.body["counts"]
    less = counts["planned"] < counts["whole"]
    return f"{certificate.metric}: {counts['planned']} of {counts['whole']} verdicts were planned" if less else ""


def _claims(certificate: Certificate) -> str:
    claims = certificate.body["claims"].values()
    return f"{sum(c['kept'] for c in claims)} of {len(claims)}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(rows: list[Verdict], ruled_out: RuledOut) -> str:
    """One metric's verdicts on one property in a word: the worst, and of how many where they differ."""
    if not rows:
        return ""
    claims = [r for r in rows if r.kind != "measurement" and r.status != "not applicable"]
    inside = [r for r in rows if not r.outside and r.status != "not applicable"]
    shown = claims or inside or [r for r in rows if r.status != "not applicable"] or rows
    words = [_word(r, ruled_out) for r in sorted(shown, key=severity)]
    count = Counter(words)[words[0]]
    return words[0] + (f" {count}/{len(words)}" if count < len(words) else "")


def _word(row: Verdict, ruled_out: RuledOut) -> str:
    if row.status == "not applicable":
        return "n/a"
    word = "unexpected" if row.status == "unexpected pass" else row.status
    if (row.metric, row.id) in ruled_out:
        word = "yes!" if row.status == "yes" else "impossible"
    if row.kind != "measurement":
        word = f"**{word}**"
    sign = {"invariant": " =", "sensitive": " ~"}.get(row.direction, "") if row.track == "invariance" else ""
    return word + sign + ("\\*" if row.outside else "")


if __name__ == "__main__":
    sys.exit(main())
