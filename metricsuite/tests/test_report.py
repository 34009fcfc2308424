"""What a run shows: the table, why something broke, and the spec that a profiled metric could claim."""

import ast
import re
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite import MetricSpec
from metricsuite.certificate import Certificate, make_certificate
from metricsuite.properties import EXCLUDES, PROPERTIES, TRACKS
from metricsuite.report.suggestion import suggested_spec
from metricsuite.report.terminal import WIDTH, summary
from metricsuite.verdict import STATUSES, Verdict

OUTSIDE = "outside its scope: pairing='samples', and these trials do not correspond"
COMMAND = "pytest cases/test_ring_line.py::test_tells_a_ring_from_a_line --metric mine " + "-p no:cacheprovider " * 3
SPEC = MetricSpec(
    name="mine",
    axioms=frozenset({"symmetry"}),
    invariant_to=frozenset({"orthogonal"}),
    sensitive_to=frozenset({"topology"}),
)
LEGEND = "kept, BROKEN, INCONCLUSIVE: claimed. yes, no, unclear: measured, not claimed. = invariant, ~ sensitive."


def verdict(name: str, status: str = "kept", case: str = "", label: str = "mine", **fields: Any) -> Verdict:
    entry = PROPERTIES[name]
    kind = "contract" if entry.track == "contract" else "measurement" if status in ("yes", "no", "unclear") else "claim"
    values = {
        "direction": entry.directions[0],
        "kind": kind,
        "status": status,
        "reason": "",
        "reproduce": COMMAND,
        **fields,
    }
    return Verdict(f"test_{entry.track}.py/test_it[{case or name}]", label, name, entry.track, **values)


def certificate(rows: list[Verdict], spec: MetricSpec) -> Certificate:
    return make_certificate(
        metric={"name": spec.name, "spec": spec.to_dict(), "origin": {}, "setting": {}}, rows=rows, whole=len(rows), planned=len(rows),
        left_out=[], profiled=spec.profiled, seeds=16, cases="a" * 64, environment={}, timings={"created": "now", "seconds": 1.0},
    )  # fmt: skip


def shown(rows: list[Verdict], *specs: MetricSpec) -> list[str]:
    specs = specs or (SPEC,)
    certificates = [certificate([r for r in rows if r.metric == spec.name], spec) for spec in specs]
    return summary(certificates, {spec.name: spec for spec in specs}, rows)


def table(lines: list[str]) -> list[str]:
    """Up to the legend."""
    return lines[: next(i for i, line in enumerate(lines) if line.startswith("kept, BROKEN"))]


def names_in(lines: list[str]) -> list[str]:
    """Tracks and properties in the order in which a table shows them."""
    return [m[1] for line in lines if (m := re.match(r"(?:  )?([a-z][a-z-]+…?)(?: |$)", line))]


TOPOLOGY = {"what": "AUC", "threshold": 0.7}
ROWS = [
    verdict("finite"),
    verdict("symmetry", "waived", reason="largest asymmetry 0.3", waiver="breaks where units differ (theorem)", margin=-0.3),
    verdict("orthogonal", what="ratio", statistic=1e-9, low=1e-9, high=1e-9, threshold=1e-6, margin=1e-6),
    verdict("permutation", "no", direction="sensitive", margin=-0.1),
    verdict("topology", "kept", "same-input", statistic=0.9, low=0.8, high=0.95, margin=0.1, control={"name": "norm", "statistic": 0.612}, **TOPOLOGY),
    verdict("topology", "broken", "own-input", statistic=0.4, low=0.3, high=0.5, margin=-0.2, reason="AUC 0.40 [0.30, 0.50] against 0.7, p = 1", **TOPOLOGY),
    verdict("frequency", "unclear", margin=-0.01),
    verdict("deformation", "yes", margin=0.05, outside=OUTSIDE),
    verdict("readout", "not applicable", outside=OUTSIDE),
]  # fmt: skip


class TestOneMetric:
    def test_table(self) -> None:
        expected = [
            "  property            verdict        statistic, 99 % bounds               margin",
            "contract",
            "  finite              kept",
            "axioms",
            "  symmetry            waived                                               -0.30",
            "invariance",
            "  permutation         no~†                                                 -0.10",
            "    impossible beside invariant_to 'orthogonal': permutation is a kind of orthogonal",
            "  orthogonal          kept=          ratio 1.0e-09                      +1.0e-06",
            "dynamics",
            "  topology            BROKEN         AUC 0.40 [0.30, 0.50]                 -0.20",
            "    own-input",
            "  topology            kept           AUC 0.90 [0.80, 0.95]                 +0.10",
            "    same-input; strongest control: norm, AUC 0.61",
            "  frequency           unclear                                              -0.01",
            "  deformation         yes*                                                 +0.05",
            f"    {OUTSIDE}",
            "  readout             n/a",
            f"    {OUTSIDE}",
        ]
        assert expected == table(shown(ROWS))

    def test_why_in_words(self) -> None:
        lines = shown(ROWS)
        start = lines.index("mine BROKEN topology: AUC 0.40 [0.30, 0.50] against 0.7, p = 1")
        expected = [
            "",
            "mine BROKEN topology: AUC 0.40 [0.30, 0.50] against 0.7, p = 1",
            "    test_dynamics.py/test_it[own-input]",
            f"    {COMMAND}",
            "",
            "mine waived symmetry: largest asymmetry 0.3",
            "    waiver: breaks where units differ (theorem)",
            "    test_axioms.py/test_it[symmetry]",
            f"    {COMMAND}",
            "",
        ]
        assert expected == lines[start - 1 : start + 9]

    def test_ends_with_the_headline(self) -> None:
        expected = [
            "",
            f"mine: {certificate(ROWS, SPEC).headline}",
            "    planned 9 of 9, ran 9, not applicable 1",
        ]
        assert expected == shown(ROWS)[-3:]

    @pytest.mark.parametrize("status", ["kept", "yes", "no", "unclear", "not applicable"])
    def test_nothing_to_explain(self, status: str) -> None:
        lines = shown([verdict("topology", status)])
        assert [] == [line for line in lines if COMMAND in line]

    @pytest.mark.parametrize("status", ["broken", "error", "unexpected pass", "inconclusive", "not run", "waived"])
    def test_something_to_explain(self, status: str) -> None:
        lines = shown([verdict("topology", status, reason="for this reason")])
        word = {"unexpected pass": "UNEXPECTED", "waived": "waived"}.get(status, status.upper())
        assert 1 == lines.count(f"mine {word} topology: for this reason")

    def test_the_worst_is_explained_first(self) -> None:
        statuses = ["waived", "inconclusive", "not run", "broken", "error", "unexpected pass"]
        names = ["topology", "regime", "history", "motifs", "frequency", "mechanism"]
        lines = shown([verdict(n, s, reason="x") for n, s in zip(names, statuses, strict=True)])
        assert names[::-1] == [m[1] for line in lines if (m := re.fullmatch(r"mine [A-Za-z ]+ (\S+): x", line))]


class TestOrder:
    def test_worst_word_first_within_a_track(self) -> None:
        statuses = [
            "unexpected pass", "error", "broken", "not run", "inconclusive", "no", "unclear", "waived", "kept", "yes", "not applicable",
        ]  # fmt: skip
        names = sorted(p.name for p in PROPERTIES.values() if p.track == "dynamics")[: len(statuses)][::-1]
        rows = [verdict(n, s) for n, s in zip(names, statuses, strict=True)]
        cut = [n if len(n) <= 19 else n[:18] + "…" for n in names]
        assert ["dynamics", *cut] == names_in(table(shown(rows[::-1]))[1:])

    def test_every_status_has_its_place(self) -> None:
        names = [p.name for p in PROPERTIES.values() if p.track == "dynamics"]
        rows = [verdict(n, s) for n, s in zip(names, STATUSES, strict=False)]
        assert 1 + len(STATUSES) == len(names_in(table(shown(rows))[1:]))

    def test_smallest_margin_first_within_a_word(self) -> None:
        margins = {"topology": 0.3, "regime": -0.1, "history": 0.01, "motifs": None}
        rows = [verdict(n, margin=m) for n, m in margins.items()]
        assert ["dynamics", "regime", "history", "topology", "motifs"] == names_in(table(shown(rows))[1:])

    def test_by_name_where_margins_are_equal(self) -> None:
        rows = [verdict(n, margin=0.1) for n in ("topology", "history", "regime")]
        assert ["dynamics", "history", "regime", "topology"] == names_in(table(shown(rows))[1:])

    def test_a_property_stands_where_its_worst_verdict_does(self) -> None:
        rows = [verdict("topology", "kept", "a"), verdict("topology", "broken", "b"), verdict("regime", "inconclusive")]
        assert ["dynamics", "topology", "topology", "regime"] == names_in(table(shown(rows))[1:])

    def test_tracks_in_their_order(self) -> None:
        one_each = {p.track: verdict(p.name) for p in PROPERTIES.values()}
        found = [name for name in names_in(table(shown(list(one_each.values())[::-1]))[1:]) if name in TRACKS]
        assert list(TRACKS) == found

    def test_tracks_without_verdicts_are_left_out(self) -> None:
        assert ["noise", "mixing"] == names_in(table(shown([verdict("mixing")]))[1:])


def many(count: int) -> list[MetricSpec]:
    return [MetricSpec(name=f"m{i}", sensitive_to=frozenset({"topology"})) for i in range(count)]


class TestSevenMetrics:
    SPECS = many(7)
    ROWS: ClassVar = [
        verdict(name, status, case, spec.name, margin=0.1)
        for spec in SPECS
        for name, status, case in [
            ("topology", "kept", "a"),
            ("topology", "broken" if spec.name == "m6" else "kept", "b"),
            ("frequency", "no", ""),
            ("orthogonal", "yes", ""),
            ("finite", "kept", ""),
        ]
    ]

    def test_table(self) -> None:
        five, two = (
            [
                " " * 22 + "".join(f"{f'm{i}':<15}" for i in columns).rstrip(),
                "contract",
                "  finite              " + "".join(f"{'kept':<15}" for _ in columns).rstrip(),
                "invariance",
                "  orthogonal          " + "".join(f"{'yes=':<15}" for _ in columns).rstrip(),
                "dynamics",
                *([topology, frequency] if 6 in columns else [frequency, topology]),
                "",
            ]
            for columns in (range(5), range(5, 7))
            for frequency in ["  frequency           " + "".join(f"{'no':<15}" for _ in columns).rstrip()]
            for topology in [
                "  topology            "
                + "".join(f"{'BROKEN 1/2' if i == 6 else 'kept 2/2':<15}" for i in columns).rstrip()
            ]
        )
        assert [*five, *two] == table(shown(self.ROWS, *self.SPECS))

    def test_each_has_its_headline(self) -> None:
        lines = shown(self.ROWS, *self.SPECS)[-14::2]
        expected = [
            f"{s.name}: {certificate([r for r in self.ROWS if r.metric == s.name], s).headline}" for s in self.SPECS
        ]
        assert expected == lines

    def test_metrics_are_explained_in_order_of_their_names(self) -> None:
        rows = [verdict("topology", "broken", label=f"m{i}", reason="x") for i in (3, 1, 2)]
        lines = shown(rows, *many(7))
        assert [f"m{i} BROKEN topology: x" for i in (1, 2, 3)] == [
            line for line in lines if line.endswith("topology: x")
        ]

    def test_strongest_control_stands_below(self) -> None:
        controls = [{"name": "norm", "statistic": 0.61}, {"name": "relative speed", "statistic": 0.65}]
        rows = [verdict("topology", "kept", str(i), s.name, control=c) for s in many(2) for i, c in enumerate(controls)]
        assert [
            "    strongest control: norm, AUC 0.61 in test_dynamics.py/test_it[0]",
            "    strongest control: relative speed, AUC 0.65 in test_dynamics.py/test_it[1]",
        ] == table(shown(rows, *many(2)))[3:5]

    def test_a_metric_without_the_property_has_an_empty_cell(self) -> None:
        rows = [verdict("topology", label="m0"), verdict("topology", "broken", label="m2")]
        assert "  topology            kept                          BROKEN" == table(shown(rows, *many(3)))[2]

    def test_a_claim_is_shown_before_measurements_outside_its_scope(self) -> None:
        rows = [
            verdict("topology", "kept", "a", "m0"),
            verdict("topology", "no", "b", "m0", outside=OUTSIDE),
            verdict("finite", label="m1"),
        ]
        assert "  topology            kept" == table(shown(rows, *many(2)))[4]

    @pytest.mark.parametrize("status", STATUSES)
    def test_cells_do_not_touch(self, status: str) -> None:
        rows = [verdict("unit-scaling", status, case, s.name) for s in many(5) for case in "abc"]
        line = table(shown(rows, *many(5)))[2]
        assert [" "] * 5 == [f"{line:<97}"[column - 1] for column in range(37, 98, 15)]

    def test_names_that_begin_alike_can_be_told_apart(self) -> None:
        specs = [MetricSpec(name=f"dsa-n_delays-{n}", sensitive_to=frozenset({"topology"})) for n in (10, 20, 30)]
        lines = shown([verdict("topology", label=s.name) for s in specs], *specs)
        heads = [line.ljust(22 + 3 * 15) for line in lines[: lines.index("dynamics")]]
        columns = ["".join(line[22 + 15 * k : 37 + 15 * k].strip() for line in heads) for k in range(3)]
        assert [s.name for s in specs] == columns


def too_long(lines: list[str]) -> list[str]:
    return [line for line in lines if len(line) > WIDTH and COMMAND not in line]


LONG = "the whole interval lies short of the threshold " * 6


class TestWidth:
    def test_is_100_columns(self) -> None:
        assert 100 == WIDTH

    def test_one_metric(self) -> None:
        assert [] == too_long(table(shown(ROWS)))

    def test_seven_metrics(self) -> None:
        assert [] == too_long(table(shown(TestSevenMetrics.ROWS, *TestSevenMetrics.SPECS)))

    def test_legend(self) -> None:
        lines = shown([verdict("deformation", "yes", outside=OUTSIDE)])
        assert [] == too_long(lines[len(table(lines)) : lines.index("")])

    @pytest.mark.parametrize("status", STATUSES)
    @pytest.mark.parametrize("count", [1, 2, 5, 7])
    def test_every_word(self, status: str, count: int) -> None:
        specs = many(count)
        rows = [verdict("invertible-linear", status, c, s.name, margin=-1e-9) for s in specs for c in ("a", "b")]
        assert [] == too_long(table(shown(rows, *specs)))

    @pytest.mark.parametrize("count", [1, 7])
    def test_long_reasons_and_waivers(self, count: int) -> None:
        specs = many(count)
        rows = [verdict("topology", "waived", "a", s.name, reason=LONG, waiver=LONG) for s in specs]
        lines = shown(rows, *specs)
        assert [] == too_long([line for line in lines if "threshold" in line or "interval" in line])

    def test_a_word_longer_than_a_line(self) -> None:
        lines = shown([verdict("topology", "error", reason="raised " + "x" * 300)])
        assert [] == too_long([line for line in lines if "xxx" in line])

    def test_long_cases_and_controls(self) -> None:
        row = verdict(
            "topology",
            case="-".join(["own-input"] * 15),
            control={"name": "participation ratio", "statistic": 0.6},
            outside=OUTSIDE,
        )
        assert [] == too_long(table(shown([row])))

    def test_long_statistics(self) -> None:
        row = verdict(
            "topology",
            what="Spearman correlation",
            statistic=-0.001,
            low=-123456.0,
            high=123456.0,
            threshold=0.5,
            margin=-123456.0,
        )
        assert [] == too_long(table(shown([row])))

    def test_long_headline(self) -> None:
        spec = MetricSpec(
            name="mine", sensitive_to={n for n, p in PROPERTIES.items() if p.directions == ("sensitive",)}
        )
        assert [] == too_long(shown([verdict("finite")], spec)[-5:])

    def test_long_names(self) -> None:
        spec = MetricSpec(name="a-metric-with-a-name-" * 6, sensitive_to=frozenset({"topology"}))
        rows = [verdict("topology", "broken", label=spec.name), verdict("topology", "broken", label="m0")]
        assert [] == too_long(table(shown(rows, spec, *many(1))))

    def test_suggestion(self) -> None:
        spec = MetricSpec(name="mine")
        lines = shown([verdict(p.name, "yes") for p in PROPERTIES.values() if p.track != "contract"], spec)
        assert [] == too_long(lines[lines.index("@metric(") :])


class TestLegend:
    def test_explains_the_words(self) -> None:
        assert LEGEND == " ".join(
            line for line in shown([verdict("topology")]) if "claimed. " in line or "~ sensitive" in line
        )

    @pytest.mark.parametrize("outside, expected", [(OUTSIDE, 1), ("", 0)])
    def test_explains_the_star_where_there_is_one(self, outside: str, expected: int) -> None:
        lines = shown([verdict("topology", "yes", outside=outside)])
        assert expected == lines.count("*: outside the scope that the metric declares, so measured only.")


class TestImpossible:
    """A no that the metric's own claims make sure of is another thing than a no; and so is a yes."""

    AXES = "a code rotated away from the units' axes is an orthogonal image of the code itself, so the distance must stay 0"
    FREE = MetricSpec(name="free", sensitive_to=frozenset({"topology"}))
    NOT_SO = "†: impossible beside what the metric claims (metricsuite explain METRIC says why)."
    YET = "!: impossible beside what the metric claims, and measured: a claim is wrong, or the case escapes."

    @pytest.mark.parametrize("status, word", [("no", "no†"), ("unclear", "unclear†"), ("yes", "yes!")])
    def test_in_detail(self, status: str, word: str) -> None:
        expected = [
            f"  privileged-axes     {word:<52} -0.10".rstrip(),
            "    impossible beside invariant_to 'orthogonal': a code rotated away from the units' axes is an",
            "    orthogonal image of the code itself, so the distance must stay 0",
        ]
        assert expected == table(shown([verdict("privileged-axes", status, margin=-0.1)]))[2:]

    def test_side_by_side(self) -> None:
        rows = [verdict("privileged-axes", "no", label=label) for label in ("mine", "free")]
        assert "  privileged-axes     no†            no" == table(shown(rows, SPEC, self.FREE))[2]

    def test_of_several_cases(self) -> None:
        rows = [verdict("privileged-axes", s, c, n, outside=OUTSIDE) for n in ("mine", "free") for s, c in [("unclear", "a"), ("yes", "b"), ("unclear", "c")]]  # fmt: skip
        expected = "  privileged-axes     unclear*† 2/3  unclear* 2/3"
        assert expected == table(shown(rows, SPEC, self.FREE))[2]

    def test_only_in_the_test_that_the_argument_speaks_of(self) -> None:
        spec = MetricSpec(name="mine", invariant_to={"invertible-linear"}, sensitive_to={"topology"})
        rows = [verdict("non-normality", "no", margin=m) for m in (-0.2, -0.1)]
        rows[0].id, rows[1].id = "test_clothes/test_a_sheared_operator", "test_clothes/test_noisy_motion"
        found = [line.split()[1] for line in table(shown(rows, spec)) if line.startswith("  non-normality")]
        assert ["no†", "no"] == found

    @pytest.mark.parametrize("status", ["kept", "broken", "not applicable", "error"])
    def test_not_what_is_no_measurement(self, status: str) -> None:
        lines = shown([verdict("privileged-axes", status)])
        assert [] == [line for line in lines if "†" in line or "impossible" in line]

    @pytest.mark.parametrize(
        "statuses, expected", [(["no"], [NOT_SO]), (["unclear"], [NOT_SO]), (["yes"], [YET]), (["no", "yes"], [NOT_SO, YET])]
    )  # fmt: skip
    def test_legend(self, statuses: list[str], expected: list[str]) -> None:
        lines = shown([verdict("privileged-axes", s, str(i)) for i, s in enumerate(statuses)])
        assert expected == [line for line in lines if line.startswith(("†", "!"))]

    def test_no_legend_without_a_mark(self) -> None:
        lines = shown([verdict("privileged-axes", "no", label="free")], self.FREE)
        assert [] == [line for line in lines if line.startswith(("†", "!"))]


HEAD = "measured on the profile set; to be held against it on the other seeds, paste above mine:"
PROFILED = MetricSpec(name="mine")
NO_SENSITIVITY = "# no sensitivity was found: a metric without one is profiled, never certified"


def pasted(text: str) -> MetricSpec:
    """What the text makes, from its first line of code on, pasted above a function."""
    code = text[text.index("from metricsuite import metric") :] + "\ndef mine(x, y): return 0.0\n"
    names: dict[str, Any] = {}
    exec(code, names)
    spec: MetricSpec = names["mine"].spec
    return spec


def claims_of(*rows: Verdict, spec: MetricSpec = PROFILED) -> dict[str, set[str]]:
    made = pasted(suggested_spec(spec, rows))
    found = {"axioms": made.axioms, "invariant_to": made.invariant_to, "sensitive_to": made.sensitive_to}
    return {field: set(names) for field, names in found.items() if names}


class TestSuggestion:
    def test_text(self) -> None:
        rows = [
            verdict("symmetry", "yes"),
            verdict("orthogonal", "yes"),
            verdict("translation", "yes"),
            verdict("topology", "yes"),
        ]
        expected = [
            HEAD,
            "",
            "from metricsuite import metric",
            "",
            "@metric(",
            '    "mine",',
            '    axioms={"symmetry"},',
            '    invariant_to={"translation", "orthogonal"},',
            '    sensitive_to={"topology"},',
            '    source="...",',
            ")",
        ]
        assert expected == suggested_spec(PROFILED, rows).splitlines()

    def test_after_the_heading_it_is_python(self) -> None:
        rows = [verdict("symmetry", "yes"), verdict("orthogonal", "yes"), verdict("privileged-axes", "yes")]
        ast.parse(suggested_spec(PROFILED, rows).split("\n", 1)[1] + "\ndef mine(x, y): ...")

    def test_says_where_no_sensitivity_was_found(self) -> None:
        assert NO_SENSITIVITY == suggested_spec(PROFILED, [verdict("orthogonal", "yes")]).splitlines()[-1]

    def test_stands_in_the_summary_of_a_profiled_metric(self) -> None:
        rows = [verdict("finite"), verdict("topology", "yes")]
        lines = shown(rows, PROFILED)
        start = lines.index(HEAD)
        assert suggested_spec(PROFILED, rows).splitlines() == lines[start:-3]

    def test_and_in_no_other(self) -> None:
        assert HEAD not in shown(ROWS, SPEC)

    @pytest.mark.parametrize(
        "scope",
        [
            {},
            {"orientation": "similarity", "units": "equal", "min_samples": 40},
            {"pairing": "none", "needs": frozenset({"inputs", "dt"}), "random": True},
            {"self_value": None, "tolerance": 0.01},
            {"self_value": 1.5, "needs": frozenset({"conditions"})},
        ],
    )
    def test_makes_an_equal_spec(self, scope: dict[str, Any]) -> None:
        spec = MetricSpec(name="lab/my_metric.v2", **scope)
        rows = [
            verdict("symmetry", "yes"),
            verdict("orthogonal", "yes"),
            verdict("topology", "yes"),
            verdict("outlier", "no"),
        ]
        expected = MetricSpec(
            name="lab/my_metric.v2",
            axioms={"symmetry"},
            invariant_to={"orthogonal"},
            sensitive_to={"topology"},
            source="...",
            **scope,
        )
        assert expected == pasted(suggested_spec(spec, rows))

    @settings(max_examples=60)
    @given(
        st.lists(st.sampled_from([p for p in PROPERTIES.values() if p.track != "contract"]), unique=True),
        st.integers(0, 2**32),
    )
    def test_makes_a_spec_whatever_was_found(self, entries: list[Any], seed: int) -> None:
        rows = [
            verdict(p.name, "yes", direction=p.directions[(seed >> i) % len(p.directions)])
            for i, p in enumerate(entries)
        ]
        assert pasted(suggested_spec(PROFILED, rows)).claims <= {p.name for p in entries}

    @settings(max_examples=60)
    @given(
        st.lists(st.sampled_from([p for p in PROPERTIES.values() if p.track != "contract"]), unique=True),
        st.integers(0, 2**32),
    )
    def test_what_it_leaves_out_has_a_note(self, entries: list[Any], seed: int) -> None:
        rows = [
            verdict(p.name, "yes", direction=p.directions[(seed >> i) % len(p.directions)])
            for i, p in enumerate(entries)
        ]
        text = suggested_spec(PROFILED, rows)
        noted = {m[1] for line in text.splitlines() if (m := re.match(r"# left out (\S+): ", line))}
        assert {p.name for p in entries} - pasted(text).claims == noted

    def test_a_turn_is_not_lost_in_silence(self) -> None:
        spec = MetricSpec(name="mine", orientation="similarity", turn=lambda s: -s)
        assert "turn" in suggested_spec(spec, [verdict("topology", "yes")])

    @pytest.mark.parametrize("name", [p.name for p in PROPERTIES.values() if p.track == "contract"])
    def test_never_claims_the_contract(self, name: str) -> None:
        assert {} == claims_of(verdict(name))

    def test_claims_a_labs_own_property(self) -> None:
        row = Verdict("test_lab.py/test_it", "mine", "my-lab/replay", "dynamics", "measurement", "sensitive", "yes")
        assert {"sensitive_to": {"my-lab/replay"}} == claims_of(row)


class TestWhatIsClaimed:
    @pytest.mark.parametrize(
        "statuses, expected",
        [
            (["yes"], {"topology"}),
            (["yes", "yes"], {"topology"}),
            (["yes", "kept"], {"topology"}),
            (["yes", "no"], set()),
            (["yes", "unclear"], set()),
            (["yes", "error"], set()),
            (["yes", "not run"], set()),
            (["kept", "broken"], set()),
            (["kept", "inconclusive"], set()),
            (["waived"], set()),
            (["no"], set()),
            ([], set()),
        ],
        ids=lambda v: "+".join(v) if isinstance(v, list) else "",
    )
    def test_only_what_every_verdict_says(self, statuses: list[str], expected: set[str]) -> None:
        rows = [verdict("topology", status, str(i)) for i, status in enumerate(statuses)]
        assert expected == claims_of(*rows).get("sensitive_to", set())

    @pytest.mark.parametrize("status", ["yes", "no", "unclear"])
    def test_outside_the_scope_says_nothing(self, status: str) -> None:
        rows = [verdict("topology", "yes", "a"), verdict("topology", status, "b", outside=OUTSIDE)]
        assert {"sensitive_to": {"topology"}} == claims_of(*rows)

    def test_outside_the_scope_alone_is_no_claim(self) -> None:
        assert {} == claims_of(verdict("topology", "yes", outside=OUTSIDE))

    def test_not_applicable_says_nothing(self) -> None:
        rows = [verdict("topology", "yes", "a"), verdict("topology", "not applicable", "b")]
        assert {"sensitive_to": {"topology"}} == claims_of(*rows)

    @pytest.mark.parametrize(
        "direction, status, otherwise, expected",
        [
            ("invariant", "yes", "no", {"invariant_to": {"time-reversal"}}),
            ("invariant", "no", "yes", {"sensitive_to": {"time-reversal"}}),
            ("invariant", "no", "no", {}),
            ("invariant", "no", "unclear", {}),
            ("sensitive", "yes", "no", {"sensitive_to": {"time-reversal"}}),
            ("sensitive", "no", "yes", {"invariant_to": {"time-reversal"}}),
        ],
    )
    def test_either_direction(self, direction: str, status: str, otherwise: str, expected: dict[str, set[str]]) -> None:
        assert expected == claims_of(
            verdict("time-reversal", status, direction=direction, details={"otherwise": otherwise})
        )

    def test_the_opposite_only_where_every_verdict_says_so(self) -> None:
        rows = [verdict("time-reversal", "no", str(i), details={"otherwise": o}) for i, o in enumerate(["yes", "no"])]
        assert {} == claims_of(*rows)

    def test_two_directions_at_once_are_no_claim(self) -> None:
        rows = [
            verdict("time-reversal", "yes", "a", direction="invariant"),
            verdict("time-reversal", "yes", "b", direction="sensitive"),
        ]
        assert {} == claims_of(*rows)


def excluded(index: int) -> tuple[MetricSpec, list[Verdict]]:
    scope = {f: v for f, v in EXCLUDES[index].claims if f == "pairing"}
    directions = {"invariant_to": "invariant", "sensitive_to": "sensitive"}
    rows = [verdict(v, "yes", direction=directions[f]) for f, v in EXCLUDES[index].claims if f in directions]
    return MetricSpec(name="mine", **scope), rows


def dropped(rows: list[Verdict]) -> str:
    """The sensitivity, or else the invariance that is named last: what the others rule out."""
    sensitive = [r for r in rows if r.direction == "sensitive"]
    return (sensitive or rows)[-1].property


each_exclusion = pytest.mark.parametrize(
    "index", range(len(EXCLUDES)), ids=lambda i: "-".join(filter(None, (v for _, v in EXCLUDES[i].claims)))
)


class TestExcludedClaims:
    @each_exclusion
    def test_one_is_dropped(self, index: int) -> None:
        spec, rows = excluded(index)
        expected = {row.property for row in rows} - {dropped(rows)}
        assert expected == pasted(suggested_spec(spec, rows)).claims

    @each_exclusion
    def test_with_a_note(self, index: int) -> None:
        spec, rows = excluded(index)
        expected = f"# left out {dropped(rows)}: mine: {EXCLUDES[index].said} exclude each other: {EXCLUDES[index].reason}. Remove one."
        text = suggested_spec(spec, rows)
        notes = text.split("\n)\n")[1].replace("\n#     ", " ")
        assert [expected, NO_SENSITIVITY] == notes.splitlines()

    def test_so_is_what_a_group_contains(self) -> None:
        rows = [verdict("orthogonal", "yes"), verdict("permutation", "yes", direction="sensitive")]
        assert {"invariant_to": {"orthogonal"}} == claims_of(*rows)

    def test_the_rest_stays(self) -> None:
        rows = [verdict("orthogonal", "yes"), verdict("privileged-axes", "yes"), verdict("topology", "yes")]
        assert {"invariant_to": {"orthogonal"}, "sensitive_to": {"topology"}} == claims_of(*rows)
