"""The reference table of the README: written from certificates, checked against them; and text between marks."""

from pathlib import Path
from typing import Any

import pytest

from metricsuite import MetricSpec
from metricsuite.builtin import BUILTIN
from metricsuite.certificate import Certificate, make_certificate
from metricsuite.errors import CaseError, CertificateError
from metricsuite.properties import PROPERTIES, TRACKS
from metricsuite.report.readme import between, marks, placed
from metricsuite.report.reference import LEGEND, main, read_builtins, reference_table
from metricsuite.verdict import STATUSES, Verdict

OUTSIDE = "outside its scope: pairing='samples', and these trials do not correspond"
BLIND = MetricSpec(
    name="blind",
    pairing="none",
    axioms={"symmetry"},
    invariant_to={"orthogonal", "trial-order"},
    sensitive_to={"topology"},
)
KEEN = MetricSpec(name="keen", invariant_to={"deformation"}, sensitive_to={"permutation"})


def verdict(label: str, name: str, status: str = "kept", case: str = "", outside: str = "", **fields: Any) -> Verdict:
    entry = PROPERTIES[name]
    kind = "contract" if entry.track == "contract" else "measurement" if status in ("yes", "no", "unclear") else "claim"
    values = {"direction": entry.directions[0], "kind": kind, "status": status, "outside": outside, **fields}
    return Verdict(f"test_{entry.track}/test_it[{case or name}]", label, name, entry.track, **values)


def certificate(
    spec: MetricSpec, rows: list[Verdict], setting: dict[str, Any] | None = None, **more: Any
) -> Certificate:
    values: dict[str, Any] = {"whole": len(rows), "planned": len(rows), "seeds": 16, "cases": "a" * 64, **more}
    return make_certificate(
        metric={"name": spec.name, "spec": spec.to_dict(), "origin": {}, "setting": setting or {}}, rows=rows, left_out=[],
        profiled=spec.profiled, environment={}, timings={"created": "now", "seconds": 1.0}, **values,
    )  # fmt: skip


TWO = [
    certificate(
        BLIND,
        [
            verdict("blind", "finite"), verdict("blind", "identity"), verdict("blind", "symmetry"),
            verdict("blind", "orthogonal", case="a"), verdict("blind", "orthogonal", case="b"), verdict("blind", "trial-order"),
            verdict("blind", "permutation", "no", direction="sensitive"),
            verdict("blind", "shuffled-pairs", "no"), verdict("blind", "privileged-axes", "yes"),
            verdict("blind", "topology", "kept", "a"), verdict("blind", "topology", "inconclusive", "b"),
            verdict("blind", "regime", "yes", "a"), verdict("blind", "regime", "yes", "b"),
            verdict("blind", "mixing", "yes", "a"), verdict("blind", "mixing", "no", "b"), verdict("blind", "mixing", "unclear", "c"),
        ],
        {"rank": 4, "centre": False},
    ),
    certificate(
        KEEN,
        [
            verdict("keen", "finite", "error"), verdict("keen", "identity"), verdict("keen", "symmetry", "unclear"),
            verdict("keen", "orthogonal", "yes"), verdict("keen", "permutation", "broken", direction="sensitive"),
            verdict("keen", "shuffled-pairs", "yes"), verdict("keen", "topology", "yes", "a"),
            verdict("keen", "topology", "no", "b", OUTSIDE), verdict("keen", "regime", "no", "a", OUTSIDE),
            verdict("keen", "regime", "no", "b", OUTSIDE), verdict("keen", "deformation", "waived"),
            verdict("keen", "sampling-rate", "not applicable", outside=OUTSIDE),
        ],
    ),
]  # fmt: skip
UNDECIDED = [n for n in PROPERTIES if n not in {r.property for c in TWO for r in c.verdicts}]
CLAIMABLE = sum(p.track != "contract" for p in PROPERTIES.values())


def test_whole() -> None:
    rows = f"""\
metricsuite {TWO[0].body["suite"]["version"]}, 16 seeds, {CLAIMABLE} properties that can be claimed:

| property | blind | keen |
| --- | --- | --- |
| *certificate* | inconclusive | failed |
| *claims kept* | 3 of 4 | 1 of 2 |
| **contract** (all 2) | **kept** | **error** 1/2 |
| **axioms** |  |  |
| symmetry | **kept** | unclear |
| **invariance** |  |  |
| permutation | impossible ~ | **broken** ~ |
| orthogonal | **kept** = | yes! = |
| trial-order | **kept** = |  |
| **geometry** |  |  |
| privileged-axes | yes! |  |
| shuffled-pairs | impossible | yes |
| **dynamics** |  |  |
| topology | **inconclusive** 1/2 | yes |
| regime | yes | no\\* |
| deformation |  | **waived** |
| sampling-rate |  | n/a |
| **noise** |  |  |
| mixing | no 1/3 |  |
"""
    expected = [
        rows.rstrip(),
        LEGEND,
        f"No case decides yet: {', '.join(UNDECIDED)}.",
        "Settings: `blind`: rank 4, centre False.",
    ]
    assert "\n\n".join(expected).splitlines() == reference_table(TWO).splitlines()


@pytest.mark.parametrize("status", STATUSES)
def test_every_word_fits_a_cell(status: str) -> None:
    row = verdict("keen", "topology", status)
    (line,) = [t for t in reference_table([certificate(KEEN, [row])]).splitlines() if t.startswith("| topology")]
    word = {"unexpected pass": "**unexpected**", "not applicable": "n/a"}.get(status, f"**{status}**")
    assert f"| topology | {status if row.kind == 'measurement' else word} |" == line


@pytest.mark.parametrize(("status", "rows"), [("not applicable", 0), ("kept", 1), ("broken", 1)])
def test_same_as_has_a_row_where_a_port_says_so(status: str, rows: int) -> None:
    table = reference_table([certificate(KEEN, [verdict("keen", "same-as", status), verdict("keen", "triangle")])])
    assert rows == sum(line.startswith("| same-as") for line in table.splitlines())


def test_tracks_come_in_their_order() -> None:
    rows = [verdict("keen", p.name, "yes" if p.track != "contract" else "kept") for p in reversed(PROPERTIES.values())]
    lines = reference_table([certificate(KEEN, rows)]).splitlines()
    assert list(TRACKS) == [line.split("**")[1] for line in lines if line.startswith("| **")]


def test_a_labs_own_property_stands_behind_the_suites() -> None:
    own = Verdict("test_lab/test_it", "keen", "my-lab/replay", "dynamics", "measurement", "sensitive", "yes")
    lines = reference_table([certificate(KEEN, [own, verdict("keen", "regime", "yes")])]).splitlines()
    assert ["| regime | yes |", "| my-lab/replay | yes |"] == [t for t in lines if t.endswith("| yes |")]


class TestRefused:
    def refusal(self, *certificates: Certificate) -> str:
        with pytest.raises(CertificateError) as raised:
            reference_table(certificates)
        return str(raised.value)

    def test_nothing(self) -> None:
        assert "reference table: no certificate given; needed one or more." == self.refusal()

    def test_a_narrowed_run(self) -> None:
        expected = "keen: 1 of 3 verdicts were planned; needed all. Run the cases without -m, -k or --track."
        assert expected == self.refusal(certificate(KEEN, [verdict("keen", "regime")], whole=3))

    def test_runs_that_differ(self) -> None:
        expected = "keen and blind come from runs that differ: seeds 17 against 16; needed one run."
        rows = [verdict("keen", "regime")]
        assert expected == self.refusal(certificate(BLIND, rows), certificate(KEEN, rows, seeds=17))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Planted certificates of all built-in metrics."""
    for name in BUILTIN:
        spec = MetricSpec(name=name, sensitive_to={"topology"})
        (tmp_path / name).mkdir()
        (tmp_path / name / "certificate.json").write_text(planted(spec).to_json())
    return tmp_path


def planted(spec: MetricSpec, **more: Any) -> Certificate:
    rows = [verdict(spec.name, "topology"), verdict(spec.name, "regime", "no")]
    found = certificate(spec, rows, **more)
    return Certificate({**found.body, "environment": ENVIRONMENT, "metric": {**found.body["metric"], "origin": ORIGIN}})


ORIGIN = {"target": "x", "module": "x", "file": "x.py", "sha256": None, "distribution": None}
ENVIRONMENT = {
    "python": "3.13", "system": "x", "processor": "x", "packages": {"numpy": "2"}, "blas": [], "blas_threads": 1,
}  # fmt: skip


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    path = tmp_path / "README.md"
    path.write_text("before\n<!-- reference-table -->\n<!-- /reference-table -->\nafter\n")
    return path


class TestCommand:
    def test_writes(self, folder: Path, readme: Path) -> None:
        assert 0 == main([str(folder), str(readme)])
        table = reference_table(read_builtins(folder))
        expected = f"before\n<!-- reference-table -->\n{table}\n<!-- /reference-table -->\nafter\n"
        assert expected == readme.read_text()

    def test_columns_are_the_built_in_metrics_in_their_order(self, folder: Path, readme: Path) -> None:
        main([str(folder), str(readme)])
        assert f"| property | {' | '.join(BUILTIN)} |" in readme.read_text().splitlines()

    def test_check_of_what_was_written(self, folder: Path, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main([str(folder), str(readme)])
        capsys.readouterr()
        assert 0 == main([str(folder), str(readme), "--check"])
        assert f"{readme}: the reference table is what the certificates say\n" == capsys.readouterr().out

    def test_check_of_a_changed_word(self, folder: Path, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main([str(folder), str(readme)])
        readme.write_text(readme.read_text().replace("| regime | no |", "| regime | yes |"))
        capsys.readouterr()
        assert 1 == main([str(folder), str(readme), "--check"])
        lines = capsys.readouterr().out.splitlines()
        others = " | ".join(["no"] * (len(BUILTIN) - 1))
        assert [f"-| regime | yes | {others} |", f"+| regime | no | {others} |"] == lines[3:5]
        assert f"Write it: python -m metricsuite.report.reference {folder} {readme}" == lines[5]

    def test_check_changes_nothing(self, folder: Path, readme: Path) -> None:
        before = readme.read_text()
        main([str(folder), str(readme), "--check"])
        assert before == readme.read_text()

    def test_check_of_a_narrowed_run_compares_nothing(
        self, folder: Path, readme: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        spec = MetricSpec(name="cka", sensitive_to={"topology"})
        (folder / "cka" / "certificate.json").write_text(planted(spec, whole=9).to_json())
        assert 0 == main([str(folder), str(readme), "--check"])
        assert "reference table not compared: cka: 2 of 9 verdicts were planned\n" == capsys.readouterr().out

    def test_a_certificate_missing(self, folder: Path, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "cka" / "certificate.json").unlink()
        assert 4 == main([str(folder), str(readme)])
        expected = (
            f"reference table: {folder}: no certificate of cka; needed those of all built-in metrics. Run pytest cases --certificate "
            f"{folder}.\n"
        )
        assert expected == capsys.readouterr().err

    def test_a_file_without_marks(self, folder: Path, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
        readme.write_text("nothing\n")
        assert 4 == main([str(folder), str(readme)])
        expected = "reference table: marks: 0 of <!-- reference-table --> and 0 of <!-- /reference-table -->; needed one of each, in that order.\n"
        assert expected == capsys.readouterr().err


class TestMarks:
    TEXT = "a\n<!-- x -->\nold\n\nlines\n<!-- /x -->\nb\n"

    def test_marks(self) -> None:
        assert ("<!-- x -->", "<!-- /x -->") == marks("x")

    def test_between(self) -> None:
        assert "old\n\nlines" == between(self.TEXT, "x")

    def test_placed(self) -> None:
        assert "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n" == placed(self.TEXT, "x", "new")

    def test_placed_again_changes_nothing(self) -> None:
        assert self.TEXT == placed(self.TEXT, "x", between(self.TEXT, "x"))

    @pytest.mark.parametrize(
        "text, begun, ended",
        [
            ("", 0, 0),
            ("<!-- x -->", 1, 0),
            ("<!-- /x -->", 0, 1),
            ("<!-- /x --> <!-- x -->", 1, 1),
            ("<!-- x --> <!-- /x --> <!-- x --> <!-- /x -->", 2, 2),
        ],
    )
    def test_refused(self, text: str, begun: int, ended: int) -> None:
        with pytest.raises(CaseError) as raised:
            between(text, "x")
        expected = f"marks: {begun} of <!-- x --> and {ended} of <!-- /x -->; needed one of each, in that order."
        assert expected == str(raised.value)
