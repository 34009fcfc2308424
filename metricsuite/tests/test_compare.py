"""`metricsuite compare`: what counts as a loss, what warns, what is told, and the three ways of telling it."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metricsuite import MetricSpec
from metricsuite.certificate import Certificate
from metricsuite.cli import main
from metricsuite.report.comparing import EXIT
from metricsuite.report.comparison import Comparison, compared
from metricsuite.report.comparison_changes import KINDS, LOSS, Change
from metricsuite.report.comparison_page import comparison_page
from metricsuite.report.comparison_text import as_markdown, as_text, letters, marked
from metricsuite.tests.test_certificate import RUN, SCHEMA_1, SPEC, certificate, rows_with, verdict
from metricsuite.verdict import Verdict

GIVEN = {**certificate().body["metric"], "parameters": {}, "defaults": {"rank": 3}}


def made(*rows: Verdict, spec: MetricSpec = SPEC, **fields: Any) -> Certificate:
    """Of `SPEC`, its claims kept but for `rows`."""
    values = {"metric": {**GIVEN, "spec": spec.to_dict()}, "run": {**RUN, "waivers": []}, **fields}
    return certificate(rows_with(*rows), spec, **values)


def edited(edit: Callable[[dict[str, Any]], Any]) -> Certificate:
    body = copy.deepcopy(made().body)
    edit(body)
    return Certificate(body)


def narrowed(*names: str) -> Certificate:
    """A run that set out to decide everything but these."""
    rows = [row for row in rows_with() if row.property not in names]
    return certificate(rows, metric={**GIVEN, "spec": SPEC.to_dict()}, run={**RUN, "waivers": []})


def without(name: str) -> MetricSpec:
    claims = {which: getattr(SPEC, which) - {name} for which in ("axioms", "invariant_to", "sensitive_to")}
    return MetricSpec(name="mine", **claims)


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(c.kind, c.subject) for c in comparison.changes]


TOPOLOGY = "test_topology.py/test_it"
CHANGES: dict[str, tuple[Certificate, Certificate, list[Change]]] = {
    "nothing": (made(), made(), []),
    "a broken claim": (
        made(),
        made(verdict("topology", "broken", reason="AUC .6")),
        [
            Change("claim lost", "topology", "kept", "broken", TOPOLOGY),
            Change("status fell", "status", "certified", "failed"),
            Change("verdict worse", TOPOLOGY, "kept", "broken", "AUC .6"),
        ],
    ),
    "an inconclusive claim": (
        made(),
        made(verdict("topology", "inconclusive")),
        [
            Change("claim lost", "topology", "kept", "inconclusive", TOPOLOGY),
            Change("status fell", "status", "certified", "inconclusive"),
            Change("verdict worse", TOPOLOGY, "kept", "inconclusive"),
        ],
    ),
    "a claim that a new case breaks": (
        made(),
        made(verdict("topology", "broken", "new")),
        [
            Change("claim lost", "topology", "kept", "broken", f"{TOPOLOGY}[new]"),
            Change("status fell", "status", "certified", "failed"),
            Change("case new", f"{TOPOLOGY}[new]", "absent", "broken"),
        ],
    ),
    "a claim out of whose scope its case has come": (
        made(),
        made(verdict("topology", "not applicable")),
        [
            Change("claim lost", "topology", "kept", "not decided"),
            Change("status lower", "status", "certified", "incomplete"),
            Change("verdict worse", TOPOLOGY, "kept", "not applicable"),
        ],
    ),
    "a claim whose planned case was not run": (
        made(),
        made(verdict("topology", "not run")),
        [
            Change("claim lost", "topology", "kept", "not run", TOPOLOGY),
            Change("status fell", "status", "certified", "failed"),
            Change("verdict worse", TOPOLOGY, "kept", "not run"),
        ],
    ),
    "a claim that a narrowed run left out": (
        made(),
        narrowed("topology"),
        [
            Change("claim not run", "topology", "kept", "not run"),
            Change("status lower", "status", "certified", "incomplete"),
            Change("case gone", "test_topology.py", "1 verdict", "absent"),
        ],
    ),
    "a waived case that a narrowed run left out": (
        made(verdict("topology", "waived", "new")),
        made(),
        [
            Change("claim not run", "topology", "waived", "not run", f"{TOPOLOGY}[new]"),
            Change("status better", "status", "conditional", "certified"),
            Change("case gone", "test_topology.py", "1 verdict", "absent"),
        ],
    ),
    "a claim that the reference had left out": (
        narrowed("topology"),
        made(),
        [
            Change("claim decided", "topology", "not decided", "kept"),
            Change("status better", "status", "incomplete", "certified"),
            Change("case new", "test_topology.py", "absent", "1 verdict"),
        ],
    ),
    "a claim withdrawn": (
        made(),
        made(verdict("orthogonal", "yes"), spec=without("orthogonal")),
        [
            Change("claim withdrawn", "orthogonal", "kept", "not claimed"),
            Change("verdict changed", "test_orthogonal.py/test_it", "kept", "yes"),
        ],
    ),
    "a claim turned round": (
        made(),
        made(verdict("orthogonal", direction="sensitive"), spec=MetricSpec(name="mine", axioms=frozenset({"symmetry"}), sensitive_to=frozenset({"topology", "orthogonal"}))),
        [
            Change("claim withdrawn", "orthogonal", "kept", "not claimed"),
            Change("claim added", "orthogonal", "not claimed", "kept"),
        ],
    ),
    "a claim added": (
        made(verdict("orthogonal", "yes"), spec=without("orthogonal")),
        made(),
        [
            Change("claim added", "orthogonal", "not claimed", "kept"),
            Change("verdict changed", "test_orthogonal.py/test_it", "yes", "kept"),
        ],
    ),
    "a broken claim given up": (
        made(verdict("orthogonal", "broken")),
        made(verdict("orthogonal", "no"), spec=without("orthogonal")),
        [
            Change("claim given up", "orthogonal", "broken", "not claimed"),
            Change("status better", "status", "failed", "certified"),
            Change("verdict changed", "test_orthogonal.py/test_it", "broken", "no"),
        ],
    ),
    "a claim mended": (
        made(verdict("topology", "broken")),
        made(),
        [
            Change("claim mended", "topology", "broken", "kept"),
            Change("status better", "status", "failed", "certified"),
            Change("verdict better", TOPOLOGY, "broken", "kept"),
        ],
    ),
    "a claim waived": (
        made(),
        made(verdict("topology", "waived")),
        [
            Change("claim waived", "topology", "kept", "waived", TOPOLOGY),
            Change("verdict worse", TOPOLOGY, "kept", "waived"),
            Change("status lower", "status", "certified", "conditional"),
        ],
    ),
    "a broken claim waived": (
        made(verdict("topology", "broken")),
        made(verdict("topology", "waived")),
        [
            Change("failing claim waived", "topology", "broken", "waived", TOPOLOGY),
            Change("status better", "status", "failed", "conditional"),
            Change("verdict better", TOPOLOGY, "broken", "waived"),
        ],
    ),
    "a waived claim broken": (
        made(verdict("topology", "waived")),
        made(verdict("topology", "broken")),
        [
            Change("claim lost", "topology", "waived", "broken", TOPOLOGY),
            Change("status fell", "status", "conditional", "failed"),
            Change("verdict worse", TOPOLOGY, "waived", "broken"),
        ],
    ),
    "a waived claim kept without its waiver": (
        made(verdict("topology", "waived")),
        made(),
        [
            Change("claim mended", "topology", "waived", "kept"),
            Change("status better", "status", "conditional", "certified"),
            Change("verdict better", TOPOLOGY, "waived", "kept"),
        ],
    ),
    "a waiver that is no longer needed": (
        made(verdict("topology", "waived")),
        made(verdict("topology", "unexpected pass")),
        [
            Change("status fell", "status", "conditional", "failed"),
            Change("verdict worse", TOPOLOGY, "waived", "unexpected pass"),
        ],
    ),
    "a broken contract": (
        made(),
        made(verdict("finite", "error", reason="NaN")),
        [
            Change("contract broken", "test_finite.py/test_it", "kept", "error", "NaN"),
            Change("status fell", "status", "certified", "failed"),
        ],
    ),
    "a measurement": (
        made(verdict("history", "yes", margin=0.1)),
        made(verdict("history", "no", margin=-0.2)),
        [Change("verdict changed", "test_history.py/test_it", "yes +0.1", "no -0.2")],
    ),
    "cases gone and new": (
        made(verdict("history", "yes", "a"), verdict("history", "no", "b")),
        made(verdict("motifs", "yes")),
        [
            Change("case new", "test_motifs.py", "absent", "1 verdict"),
            Change("case gone", "test_history.py", "2 verdicts", "absent"),
        ],
    ),
    "another threshold": (
        made(verdict("topology", criterion="separates", what="AUC", threshold=0.7, margin=0.2)),
        made(verdict("topology", criterion="separates", what="AUC", threshold=0.85, margin=0.05)),
        [Change("criterion", TOPOLOGY, "separates: AUC at 0.7", "separates: AUC at 0.85")],
    ),
    "a default": (
        made(metric={**GIVEN, "defaults": {"rank": 10}}),
        made(metric={**GIVEN, "defaults": {"rank": "auto"}}),
        [Change("default", "default of rank", "10", "auto")],
    ),
    "a default that is None": (
        made(metric={**GIVEN, "defaults": {}}),
        made(metric={**GIVEN, "defaults": {"rank": None}}),
        [Change("default", "default of rank", "absent", "None")],
    ),
    "a setting that was given": (
        made(),
        made(metric={**GIVEN, "setting": {"rank": 5}, "parameters": {"rank": 5}}),
        [Change("setting", "rank", "3", "5"), Change("given", "rank", "absent", "5")],
    ),
    "a setting that the metric chose for one verdict": (
        made(verdict("topology", setting={"rank": 7})),
        made(verdict("topology", setting={"rank": 8})),
        [Change("setting", f"rank in {TOPOLOGY}", "7", "8")],
    ),
    "the scope": (
        made(),
        made(spec=MetricSpec(name="mine", axioms=SPEC.axioms, invariant_to=SPEC.invariant_to, sensitive_to=SPEC.sensitive_to, tolerance=0.01, needs=frozenset({"dt"}))),
        [Change("spec", "needs", "none", "dt"), Change("spec", "tolerance", "0.0", "0.01")],
    ),
    "the source": (
        made(),
        edited(lambda body: body["metric"]["origin"].update(sha256="1" * 64, distribution="lab 2.0")),
        [Change("source", "distribution", "not known", "lab 2.0"), Change("source", "sha256", "000000000000", "111111111111")],
    ),
    "the environment": (
        made(),
        edited(lambda body: body["environment"].update(blas=["mkl 1", "openblas 2"], packages={"numpy": "2.0", "torch": None})),
        [
            Change("environment", "blas", "none", "mkl 1, openblas 2"),
            Change("environment", "numpy", "absent", "2.0"),
            Change("environment", "torch", "absent", "not installed"),
        ],
    ),
    "the suite": (
        made(),
        edited(lambda body: (body["suite"].update(version="9.0"), body["suite"]["run"].update(orientation=None))),
        [Change("suite", "run: orientation", "similarity", "none"), Change("suite", "version", made().body["suite"]["version"], "9.0")],
    ),
    "time": (
        made(verdict("topology", seconds={"compare": 3.0, "prepare": 1.0, "total": 5.0})),
        made(verdict("topology", seconds={"compare": 9.0, "prepare": 1.0, "total": 99.0})),
        [Change("time", "preparing and comparing", "4 s", "10 s")],
    ),
    "time that is noise": (
        made(verdict("topology", seconds={"compare": 0.01})),
        made(verdict("topology", seconds={"compare": 0.9})),
        [],
    ),
    "time that is not twice as long": (
        made(verdict("topology", seconds={"compare": 3.0})),
        made(verdict("topology", seconds={"compare": 6.0})),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed(what: str) -> None:
    reference, other, expected = CHANGES[what]
    order = list(KINDS)
    assert sorted(expected, key=lambda c: (order.index(c.kind), c.subject)) == list(compared(reference, other).changes)


LOST = [what for what, (_, _, changes) in CHANGES.items() if any(KINDS[c.kind][0] == LOSS for c in changes)]


def test_these_are_losses() -> None:
    expected = [
        "a broken claim",
        "an inconclusive claim",
        "a claim that a new case breaks",
        "a claim out of whose scope its case has come",
        "a claim whose planned case was not run",
        "a claim withdrawn",
        "a claim turned round",
        "a claim waived",
        "a waived claim broken",
        "a waiver that is no longer needed",
        "a broken contract",
    ]
    assert expected == LOST


@pytest.mark.parametrize("what", CHANGES)
def test_fails_where_something_was_lost(what: str) -> None:
    reference, other, _ = CHANGES[what]
    assert (what in LOST) == compared(reference, other).fails()


@pytest.mark.parametrize("what", LOST)
def test_a_withdrawal_can_be_allowed_and_nothing_else(what: str) -> None:
    reference, other, _ = CHANGES[what]
    assert (what not in ("a claim withdrawn", "a claim turned round")) == compared(reference, other).fails(True)


class TestMargins:
    @staticmethod
    def halved(
        before: float | None, after: float | None, status: str = "kept", name: str = "topology", **now: Any
    ) -> bool:
        one, two = made(verdict(name, status, margin=before)), made(verdict(name, status, margin=after), **now)
        return ("margin halved", f"test_{name}.py/test_it") in kinds(compared(one, two))

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (0.2, 0.2, False),
            (0.2, 0.11, False),
            (0.2, 0.1, True),
            (0.2, 0.0, True),
            (0.1, 0.2, False),
            (2e-6, 1e-6, True),
            (1e-6, 1e-7, False),  # within rounding
            (None, 0.1, False),
            (0.1, None, False),
        ],
    )
    def test_warns_where_it_shrinks_by_half(self, before: float, after: float, expected: bool) -> None:
        assert expected == self.halved(before, after)

    def test_that_of_a_measurement_is_nobody_s_loss(self) -> None:
        assert not self.halved(0.2, 0.05, "yes", "history")

    def test_that_of_the_contract_says_nothing(self) -> None:
        assert not self.halved(0.2, 0.05, name="finite")

    @pytest.mark.parametrize("now", [{"seeds": 32}, {"profiled": True}], ids=["other seeds", "another set"])
    def test_on_other_seeds_is_not_compared(self, now: dict[str, Any]) -> None:
        assert not self.halved(0.2, 0.05, **now)

    def test_is_no_loss(self) -> None:
        one, two = made(verdict("topology", margin=0.2)), made(verdict("topology", margin=0.02))
        expected = (False, "1 margin halved")
        assert expected == ((found := compared(one, two)).fails(), found.summary)


class TestCautions:
    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            (made(), ()),
            (
                made(metric={**GIVEN, "name": "mine(rank=5)"}),
                ("these are two metrics, mine and mine(rank=5): what differs is between them, verdict by verdict",),
            ),
            (
                made(profiled=True),
                ("seeds of the certify set and of the profile set: other systems, so margins are not compared",),
            ),
            (made(seeds=32), ("16 seeds and 32: intervals of another width, so margins are not compared",)),
            (made(cases="b" * 64), ("the case files differ: a verdict may have changed with its case",)),
            (made(left_out=["-k x"]), ("only the other has this left out: -k x",)),
            (made(left_out=[f"test_{k}.py was left out" for k in range(9)]), ("only the other has 9 things left out",)),
            (
                made(metric=certificate().body["metric"]),
                ("the other does not say its defaults and given parameters",),
            ),
        ],
        ids=["none", "metric", "seed set", "seeds", "cases", "left out", "much left out", "schema 1"],
    )
    def test_says_what_cannot_be_compared(self, other: Certificate, expected: tuple[str, ...]) -> None:
        assert expected == compared(made(), other).cautions

    def test_what_both_left_out_is_nothing_to_say(self) -> None:
        assert () == compared(made(left_out=["-k x"]), made(left_out=["-k x"])).cautions

    def test_an_old_certificate_lacks_nothing_that_the_new_one_gained(self) -> None:
        old = made(metric=certificate().body["metric"], run=None)
        assert () == compared(old, made()).changes


BROKEN = made(verdict("topology", "broken", margin=-0.05, reason="AUC .6"))
SUMMARIES = [
    (made(), "no change"),
    (made(metric={**GIVEN, "defaults": {}}), "nothing lost, 1 other change"),
    (BROKEN, "1 claim lost (topology), status fell, 1 verdict worse"),
    (
        made(verdict("topology", "broken"), verdict("symmetry", "broken"), cases="b" * 64),
        "2 claims lost (symmetry, topology), status fell, 2 verdicts worse, 1 other change",
    ),
    (made(verdict("topology", "waived")), "1 claim waived (topology), 1 verdict worse, status lower"),
    (narrowed("topology"), "1 claim not run (topology), status lower, 1 other change"),
]


@pytest.mark.parametrize(("other", "expected"), SUMMARIES)
def test_summary(other: Certificate, expected: str) -> None:
    assert expected == compared(made(), other).summary


WARNING = "2 claims that the reference decided were not run: run it whole before you trust this"
NARROWED = compared(made(), narrowed("topology", "symmetry"))


class TestWarning:
    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            (made(), ""),
            (narrowed("topology"), WARNING.replace("2 claims", "1 claim").replace("were", "was")),
            (narrowed("topology", "symmetry"), WARNING),
        ],
        ids=["whole", "one claim", "two claims"],
    )
    def test_of_a_narrowed_run(self, other: Certificate, expected: str) -> None:
        assert expected == compared(made(), other).warning

    def test_stands_in_the_text(self) -> None:
        assert f"   warning: {WARNING}" in as_text([NARROWED], ["a", "b"])

    def test_stands_above_the_fold_in_markdown(self) -> None:
        lines = as_markdown([NARROWED], ["a", "b"])
        assert f"Warning: B: {WARNING}" == lines[2]

    def test_stands_on_the_page(self) -> None:
        assert f'<p class="open">Warning: {WARNING}</p>' in comparison_page([NARROWED], ["a", "b"])


@pytest.mark.parametrize("tell", [as_text, as_markdown, comparison_page])
def test_what_was_left_out_is_counted(tell: Callable[..., str | list[str]]) -> None:
    much = made(left_out=[f"test_{k}.py was left out" for k in range(22)])
    told = tell([compared(made(), much)], ["a", "b"])
    text = told if isinstance(told, str) else "\n".join(told)
    assert (2, False) == (text.count("22 things left out"), "test_0.py" in text)


CASE = "a-very-long-case-that-has-more-than-forty-letters"
LONG = f"{TOPOLOGY}[{CASE}]"
WIDE = [compared(made(), BROKEN), compared(made(), made(verdict("topology", "broken", CASE)))]


class TestText:
    def test_of_two(self) -> None:
        reference = made(verdict("topology", margin=0.2))
        head = reference.headline.removeprefix("certified: ")
        expected = f"""\
A  a.json: mine, certified: {head}
B  b.json: mine, failed: {head.replace("all kept", "broken: topology")}

B against A: 1 claim lost (topology), status fell, 1 verdict worse

                                          A                            B
claim lost
  topology                                kept                         broken
      test_topology.py/test_it
status fell
  status                                  certified                    failed
verdict worse
  test_topology.py/test_it                kept +0.2                    broken -0.05
      AUC .6"""
        assert expected == "\n".join(as_text([compared(reference, BROKEN)], ["a.json", "b.json"]))

    def test_of_three_says_what_stayed(self) -> None:
        lines = as_text([compared(made(), BROKEN), compared(made(), made(cases="b" * 64))], ["a", "b", "c"])
        assert "  status                                  certified          failed             =" in lines

    def test_of_more_stands_in_several_tables(self) -> None:
        lines = as_text([compared(made(), BROKEN)] * 3, list("abcd"))
        heads = [line.split() for line in lines if re.fullmatch(r" +A +B +C| +A +D", line)]
        assert [["A", "B", "C"], ["A", "D"]] == heads

    def test_is_no_wider_than_100_columns(self) -> None:
        paths = [f"a/very/long/path/{'x' * 30}/to/{name}.json" for name in "abc"]
        assert [] == [line for line in as_text(WIDE, paths) if len(line) > 100]

    def test_an_id_that_is_too_long_for_its_column_has_a_line_of_its_own(self) -> None:
        lines = as_text([WIDE[1]], ["a", "b"])
        at = lines.index(f"  {LONG}")
        assert f"{'':<42}{'absent':<29}broken" == lines[at + 1]

    def test_without_change_has_no_table(self) -> None:
        lines = as_text([compared(made(), made())], ["a", "b"])
        assert "B against A: no change" == lines[-1]

    @pytest.mark.parametrize(("count", "expected"), [(2, ["A", "B"]), (28, ["Z", "A1", "B1"])])
    def test_letters(self, count: int, expected: list[str]) -> None:
        assert expected == letters(count)[-len(expected) :]


class TestMarkdown:
    def test_begins_with_the_summary(self) -> None:
        lines = as_markdown([compared(made(), BROKEN)], ["a", "b"])
        assert "**metricsuite compare**: B against A: 1 claim lost (topology), status fell, 1 verdict worse" == lines[0]

    def test_shows_what_was_lost_and_folds_the_rest_away(self) -> None:
        other = made(verdict("topology", "broken"), metric={**GIVEN, "defaults": {"rank": "auto"}})
        text = "\n".join(as_markdown([compared(made(), other)], ["a", "b"]))
        above, _, below = text.partition("<details>")
        row = "| default | default of rank | 3 | auto |"
        assert (True, False, True) == ("| claim lost |" in above, row in above, row in below)

    def test_says_nothing_of_what_stayed(self) -> None:
        lines = as_markdown([compared(made(), made())], ["a", "b"])
        assert [] == [line for line in lines if line.startswith("|")]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a|b", "a\\|b"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("*a* _b_ `c`", "\\*a\\* \\_b\\_ \\`c\\`"),
            ("two\nlines", "two lines"),
            ("@all", "&#64;all"),
            ("[a](b)", "\\[a\\](b)"),
        ],
    )
    def test_leaves_text_as_it_is(self, text: str, expected: str) -> None:
        assert expected == marked(text)


HOSTILE = '<script>alert(1)</script>"'


class TestPage:
    def test_tells_what_was_lost(self) -> None:
        page = comparison_page([compared(made(), BROKEN)], ["a", "b"])
        row = '<td>claim lost</td><td>topology<div class="note">test_topology.py/test_it</div></td><td>kept</td><td class="fails">broken</td>'
        assert row in page

    def test_is_closed_in_itself(self) -> None:
        page = comparison_page([compared(made(), BROKEN)], ["a", "b"])
        assert [] == re.findall(r'(?:src|href)="|url\(|@import', page)

    def test_what_certificates_say_is_escaped(self) -> None:
        other = made(verdict("topology", "broken", reason=HOSTILE), metric={**GIVEN, "setting": {HOSTILE: HOSTILE}})
        page = comparison_page([compared(made(), other)], [HOSTILE, HOSTILE])
        assert (0, True) == (page.count("<script"), "&lt;script&gt;" in page)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, one in (("a", made()), ("b", BROKEN), ("c", CHANGES["a claim withdrawn"][1])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "certificate.json").write_text(one.to_json(), encoding="utf-8")
    return tmp_path


class TestCommand:
    @pytest.mark.parametrize(
        ("names", "options", "expected"),
        [
            ("aa", [], 0),
            ("ab", [], 1),
            ("ba", [], 0),
            ("aab", [], 1),
            ("ac", [], 1),
            ("ac", ["--allow-withdrawn"], 0),
            ("abc", ["--allow-withdrawn"], 1),
            ("ab", ["--markdown"], 1),
        ],
    )
    def test_exits(self, folder: Path, names: str, options: list[str], expected: int) -> None:
        assert expected == main(["compare", *(str(folder / name) for name in names), *options])

    def test_takes_files(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["compare", *(str(folder / name / "certificate.json") for name in "ab")])
        said = "B against A: 1 claim lost (topology), status fell, 1 verdict worse"
        assert said in capsys.readouterr().out.splitlines()

    def test_takes_certificates_of_schema_1(self, capsys: pytest.CaptureFixture[str]) -> None:
        code = main(["compare", str(SCHEMA_1), str(SCHEMA_1)])
        assert (0, True) == (code, "B against A: no change" in capsys.readouterr().out)

    def test_says_when_it_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["compare", "--help"])
        assert " ".join(EXIT.split()) in " ".join(capsys.readouterr().out.split())

    def test_writes_a_page(self, folder: Path) -> None:
        main(["compare", str(folder / "a"), str(folder / "b"), "--html", str(folder / "page.html")])
        assert (folder / "page.html").read_text().startswith("<!doctype html>")

    def test_where_no_page_can_be_written(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page = folder / "none" / "page.html"
        code = main(["compare", str(folder / "a"), str(folder / "b"), "--html", str(page)])
        expected = (
            f"metricsuite compare: --html {page}: cannot be written: No such file or directory. "
            "Name a file in a folder that exists.\n"
        )
        assert (4, expected) == (code, capsys.readouterr().err)

    def test_one_is_not_enough(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code = main(["compare", str(folder / "a")])
        expected = f"metricsuite compare: one certificate given, {folder / 'a'}; needed two or more.\n"
        assert (4, expected) == (code, capsys.readouterr().err)

    def test_one_that_cannot_be_read(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = folder / "none.json"
        code = main(["compare", str(folder / "a"), str(path)])
        expected = f"metricsuite compare: {path}: cannot be read: No such file or directory. Name a certificate.json, or its folder.\n"
        assert (4, expected) == (code, capsys.readouterr().err)
