"""Certificates: status and headline from hand-made verdicts, and files that can or cannot be read."""

import json
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from metricsuite import MetricSpec, __version__, read_certificate
from metricsuite.certificate import MEANING, SCHEMA, Certificate, digest_of, environment, make_certificate, schema
from metricsuite.errors import CertificateError
from metricsuite.properties import PROPERTIES
from metricsuite.stability import claimable
from metricsuite.verdict import STATUSES, Verdict, kept

TOTAL = sum(map(claimable, PROPERTIES.values()))
SCHEMA_1 = (
    Path(__file__).parent / "certificates" / "schema-1.json"
)  # of cka, as metricsuite 0.1.0 wrote it, cut to a few verdicts
SPEC = MetricSpec(
    name="mine",
    axioms=frozenset({"symmetry"}),
    invariant_to=frozenset({"orthogonal"}),
    sensitive_to=frozenset({"topology"}),
)
DIRECTIONS = {"symmetry": "axiom", "orthogonal": "invariant", "topology": "sensitive", "finite": "contract"}


def verdict(name: str, status: str = "kept", case: str = "", **fields: Any) -> Verdict:
    entry = PROPERTIES[name]
    kind = "contract" if entry.track == "contract" else "measurement" if status in ("yes", "no", "unclear") else "claim"
    values = {"direction": DIRECTIONS.get(name, entry.directions[0]), "kind": kind, "status": status, **fields}
    return Verdict(f"test_{name}.py/test_it{f'[{case}]' if case else ''}", "mine", name, entry.track, **values)


def kept_rows() -> list[Verdict]:
    """Everything that `SPEC` claims, kept, and the contract."""
    return [verdict(name) for name in DIRECTIONS]


def rows_with(*others: Verdict) -> list[Verdict]:
    """The rows of `kept_rows`, those of the same id replaced by others."""
    return list({row.id: row for row in [*kept_rows(), *others]}.values())


def certificate(rows: Any = None, spec: MetricSpec = SPEC, **fields: Any) -> Certificate:
    rows = kept_rows() if rows is None else rows
    origin = {"target": "lab:mine", "module": "lab", "file": "lab.py", "sha256": "0" * 64, "distribution": None}
    values: dict[str, Any] = {
        "metric": {"name": spec.name, "spec": spec.to_dict(), "origin": origin, "setting": {"rank": 3}},
        "rows": rows, "whole": 4, "planned": 4, "left_out": [], "profiled": spec.profiled, "seeds": 16, "cases": "a" * 64,
        "environment": {"python": "3.11", "system": "Linux", "processor": "any", "packages": {}, "blas": [], "blas_threads": 1},
        "timings": {"created": "2025-01-01T00:00:00+00:00", "seconds": 1.5},
    }  # fmt: skip
    return make_certificate(**{**values, **fields})


RUN: dict[str, Any] = {
    "orientation": "similarity", "tracks": ["contract"], "markers": "", "keyword": "", "quick": False, "max_pairs": 30000,
    "timeout": 60.0, "files": ["test_contract.py"], "folders": [],
    "waivers": [{"metric": "mine", "verdict": "test_a/test_b", "reason": "known", "source": "", "expires": "2030-01-31"}],
}  # fmt: skip
REASONS: dict[str, dict[str, Any]] = {  # in order of precedence: what makes a certificate so
    "failed": {"rows": [verdict("orthogonal", "broken")]},
    "inconclusive": {"rows": [verdict("topology", "inconclusive")]},
    "incomplete": {"left_out": ["-m 'not learning'"]},
    "conditional": {"rows": [verdict("symmetry", "waived")]},
    "profiled": {"profiled": True},
}
SUBSETS = list(chain.from_iterable(combinations(REASONS, n) for n in range(len(REASONS) + 1)))


class TestStatus:
    @pytest.mark.parametrize("reasons", SUBSETS, ids=lambda reasons: "+".join(reasons) or "none")
    def test_is_the_first_that_applies(self, reasons: tuple[str, ...]) -> None:
        others = [row for reason in reasons for row in REASONS[reason].get("rows", [])]
        fields = {k: v for reason in reasons for k, v in REASONS[reason].items() if k != "rows"}
        assert [*reasons, "certified"][0] == certificate(rows_with(*others), **fields).status

    @pytest.mark.parametrize("status", ["broken", "error", "unexpected pass", "not run"])
    def test_failed(self, status: str) -> None:
        assert "failed" == certificate(rows_with(verdict("orthogonal", status))).status

    @pytest.mark.parametrize("status", ["yes", "no", "unclear", "not applicable"])
    def test_measurements_and_what_does_not_apply_change_nothing(self, status: str) -> None:
        row = verdict("deformation", status, kind="measurement")
        assert "certified" == certificate([*kept_rows(), row]).status

    def test_an_error_of_the_contract_fails(self) -> None:
        assert "failed" == certificate(rows_with(verdict("finite", "error"))).status

    def test_an_error_of_a_measurement_fails(self) -> None:
        assert "failed" == certificate([*kept_rows(), verdict("deformation", "error", kind="measurement")]).status

    @pytest.mark.parametrize(
        "seeds, expected", [(1, "incomplete"), (15, "incomplete"), (16, "certified"), (64, "certified")]
    )
    def test_seeds(self, seeds: int, expected: str) -> None:
        assert expected == certificate(seeds=seeds).status

    def test_a_claim_that_no_case_decided(self) -> None:
        assert "incomplete" == certificate([r for r in kept_rows() if r.property != "topology"]).status

    def test_a_claim_decided_outside_the_scope_alone(self) -> None:
        row = verdict(
            "topology", "yes", outside="outside its scope: pairing='samples', and these trials do not correspond"
        )
        assert "incomplete" == certificate(rows_with(row)).status

    def test_a_claim_that_is_not_applicable(self) -> None:
        row = verdict("topology", "not applicable", kind="measurement")
        assert "incomplete" == certificate(rows_with(row)).status

    def test_without_the_contract(self) -> None:
        assert "incomplete" == certificate([r for r in kept_rows() if r.track != "contract"]).status

    def test_nothing_at_all(self) -> None:
        assert "incomplete" == certificate([]).status


class TestHeadline:
    @pytest.mark.parametrize(
        "rows, fields, expected",
        [
            ([], {}, "certified: 3 of {total} properties claimed, all kept"),
            ([], {"properties": 99}, "certified: 3 of 99 properties claimed, all kept"),
            ([], {"profiled": True}, "profiled: 3 of {total} properties claimed, no sensitivity claimed: measured, never certified"),
            (
                [verdict("symmetry", "waived"), verdict("topology", "waived")],
                {},
                "conditional: 3 of {total} properties claimed, all kept but for 2 waived",
            ),
            ([], {"left_out": ["-m x", "--quick"]}, "incomplete: 3 of {total} properties claimed, -m x; --quick"),
            ([], {"seeds": 8}, "incomplete: 3 of {total} properties claimed, 8 seeds; a certificate needs at least 16"),
            (
                [verdict("topology", "inconclusive"), verdict("orthogonal", "inconclusive")],
                {},
                "inconclusive: 3 of {total} properties claimed, 2 verdicts inconclusive",
            ),
            (
                [verdict("topology", "broken"), verdict("orthogonal", "broken")],
                {},
                "failed: 3 of {total} properties claimed, broken: orthogonal, topology",
            ),
            (
                [verdict("topology", "unexpected pass")],
                {},
                "failed: 3 of {total} properties claimed, waived and kept all the same: topology",
            ),
            (
                [verdict("topology", "unexpected pass"), verdict("orthogonal", "broken"), verdict("finite", "error")],
                {},
                "failed: 3 of {total} properties claimed, broken: orthogonal, waived and kept all the same: topology, 1 error",
            ),
            ([], {"left_out": list("abc")}, "incomplete: 3 of {total} properties claimed, a; b; c"),
            ([], {"left_out": list("abcd")}, "incomplete: 3 of {total} properties claimed, a; b; and 2 more"),
            (
                [verdict("finite", "error"), verdict("orthogonal", "not run")],
                {},
                "failed: 3 of {total} properties claimed, 2 errors",
            ),
            (
                [verdict("finite", "error"), verdict("symmetry", "error"), verdict("topology", "broken")],
                {},
                "failed: 3 of {total} properties claimed, broken: topology, 2 errors",
            ),
        ],
        ids=[
            "certified", "a lab's own properties", "profiled", "conditional", "narrowed", "seeds", "inconclusive", "broken",
            "unexpected pass", "broken, unexpected pass and error", "three left out", "four left out", "errors", "broken and errors",
        ],
    )  # fmt: skip
    def test_text(self, rows: list[Verdict], fields: dict[str, Any], expected: str) -> None:
        assert expected.format(total=TOTAL) == certificate(rows_with(*rows), **fields).headline

    @pytest.mark.parametrize(
        "fields, expected",
        [
            ({"left_out": ["-m x", "-k y"]}, "incomplete: 3 of {total} properties claimed, 2 things left out"),
            ({"left_out": ["-m x"]}, "incomplete: 3 of {total} properties claimed, 1 thing left out"),
            ({}, "certified: 3 of {total} properties claimed, all kept"),
        ],
        ids=["two", "one", "none"],
    )
    def test_in_brief(self, fields: dict[str, Any], expected: str) -> None:
        assert expected.format(total=TOTAL) == certificate(**fields).brief

    def test_one_error_is_singular(self) -> None:
        expected = f"failed: 3 of {TOTAL} properties claimed, 1 error"
        assert expected == certificate(rows_with(verdict("finite", "error"))).headline

    def test_one_inconclusive_verdict_is_singular(self) -> None:
        expected = f"inconclusive: 3 of {TOTAL} properties claimed, 1 verdict inconclusive"
        assert expected == certificate(rows_with(verdict("topology", "inconclusive"))).headline

    def test_of_a_metric_without_claims(self) -> None:
        expected = f"profiled: 0 of {TOTAL} properties claimed, no sensitivity claimed: measured, never certified"
        assert expected == certificate([verdict("finite")], MetricSpec(name="mine")).headline

    def test_a_property_broken_twice_is_named_once(self) -> None:
        rows = [verdict("topology", "broken", case=case) for case in "ab"]
        assert f"failed: 3 of {TOTAL} properties claimed, broken: topology" == certificate(rows_with(*rows)).headline

    def test_names_undecided_claims(self) -> None:
        rows = [r for r in kept_rows() if r.property not in ("topology", "symmetry")]
        expected = (
            f"incomplete: 3 of {TOTAL} properties claimed, no case in scope decided the claims symmetry, topology"
        )
        assert expected == certificate(rows).headline

    def test_names_a_missing_contract(self) -> None:
        rows = [r for r in kept_rows() if r.track != "contract"]
        assert f"incomplete: 3 of {TOTAL} properties claimed, the contract was not run" == certificate(rows).headline

    def test_repr(self) -> None:
        assert f"<Certificate mine: certified: 3 of {TOTAL} properties claimed, all kept>" == repr(certificate())


class TestBody:
    def test_left_out_in_order(self) -> None:
        expected = [
            "--track axioms",
            "no case in scope decided the claims orthogonal, topology",
            "the contract was not run",
            "2 seeds; a certificate needs at least 16",
        ]
        made = certificate([verdict("symmetry")], left_out=["--track axioms"], seeds=2)
        assert expected == made.body["left_out"]

    def test_the_callers_list_is_left_alone(self) -> None:
        left_out: list[str] = []
        certificate(seeds=2, left_out=left_out)
        assert [] == left_out

    @pytest.mark.parametrize(
        "statuses, expected",
        [
            (["kept", "kept"], {"decided": True, "kept": True}),
            (["kept", "broken"], {"decided": True, "kept": False}),
            (["kept", "inconclusive"], {"decided": True, "kept": False}),
            (["kept", "waived"], {"decided": True, "kept": True}),
            (["kept", "error"], {"decided": True, "kept": False}),
            (["kept", "no"], {"decided": True, "kept": True}),
            (["no", "yes"], {"decided": False, "kept": False}),
        ],
        ids=" and ".join,
    )
    def test_a_claim_is_kept_when_every_verdict_in_scope_is(
        self, statuses: list[str], expected: dict[str, bool]
    ) -> None:
        rows = [verdict("topology", status, case=str(i)) for i, status in enumerate(statuses)]
        others = [r for r in kept_rows() if r.property != "topology"]
        assert expected == certificate([*others, *rows]).body["claims"]["topology"]

    def test_counts(self) -> None:
        rows = [verdict("topology", status, case=str(i)) for i, status in enumerate(STATUSES)]
        expected = {
            "whole": 20, "planned": 15, "claimable": 52, "ran": 14, "not_applicable": 1, "kept": 5, "broken": 1, "inconclusive": 1, "waived": 1,
            "error": 1, "yes": 1, "no": 1, "unclear": 1,
        }  # fmt: skip
        made = certificate(rows_with(*rows), whole=20, planned=15)
        assert expected == made.body["counts"]

    def test_verdicts_stand_in_order_of_their_ids(self) -> None:
        ids = [row["id"] for row in certificate(reversed(kept_rows())).body["verdicts"]]
        assert sorted(row.id for row in kept_rows()) == ids

    def test_verdicts_come_back_as_they_were(self) -> None:
        rows = [
            verdict("topology", margin=0.1, seconds={"prepare": 0.5}, details={"p": 0.001}, control={"name": "norm"})
        ]
        assert rows == certificate(rows).verdicts

    def test_names_suite_and_seeds(self) -> None:
        expected = {"version": __version__, "cases_sha256": "a" * 64, "seeds": 16, "seed_set": "certify", "run": None}
        assert expected == certificate().body["suite"]

    def test_says_what_the_run_was_asked_for(self) -> None:
        assert RUN == certificate(run=RUN).body["suite"]["run"]

    def test_says_what_was_given_and_what_the_signature_says(self) -> None:
        given = {**certificate().body["metric"], "parameters": {"rank": 3}, "defaults": {"rank": 10}}
        made = certificate(metric=given).body["metric"]
        assert ({"rank": 3}, {"rank": 10}) == (made["parameters"], made["defaults"])

    def test_what_is_not_known_is_null(self) -> None:
        made = certificate().body["metric"]
        assert (None, None) == (made["parameters"], made["defaults"])

    def test_a_profiled_metric_has_seeds_of_its_own(self) -> None:
        assert "profile" == certificate(profiled=True).body["suite"]["seed_set"]

    def test_says_what_certified_means(self) -> None:
        assert MEANING == certificate().body["meaning"]

    def test_timings_stand_apart(self) -> None:
        one, two = (
            certificate([verdict("topology", seconds={"compare": s})], timings={"created": "now", "seconds": s})
            for s in (1.0, 2.0)
        )
        assert one.without_timings() == two.without_timings()


class TestNumbers:
    @pytest.mark.parametrize("field", ["statistic", "low", "high", "threshold", "margin"])
    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_what_is_no_number_is_written_as_null(self, field: str, value: float) -> None:
        rows = json.loads(certificate([verdict("topology", **{field: value})]).to_json())["verdicts"]
        assert None is rows[0][field]

    def test_so_it_is_in_details(self) -> None:
        made = certificate([verdict("topology", details={"levels": [0.0, float("nan")], "asymmetry": float("inf")})])
        assert {"levels": [0.0, None], "asymmetry": None} == json.loads(made.to_json())["verdicts"][0]["details"]

    def test_what_was_not_decided_is_null(self) -> None:
        rows = json.loads(certificate([verdict("topology", "not run")]).to_json())["verdicts"]
        assert [None] * 5 == [rows[0][field] for field in ("statistic", "low", "high", "threshold", "margin")]

    def test_keys_are_sorted(self) -> None:
        body = json.loads(certificate().to_json())
        assert sorted(body) == list(body)

    def test_text_ends_with_one_newline(self) -> None:
        assert "}\n" == certificate().to_json()[-2:]


class TestSchema:
    def test_is_a_schema(self) -> None:
        jsonschema.Draft202012Validator.check_schema(schema())

    @pytest.mark.parametrize("reasons", SUBSETS, ids=lambda reasons: "+".join(reasons) or "none")
    def test_holds_for_every_status(self, reasons: tuple[str, ...]) -> None:
        others = [row for reason in reasons for row in REASONS[reason].get("rows", [])]
        fields = {k: v for reason in reasons for k, v in REASONS[reason].items() if k != "rows"}
        jsonschema.validate(json.loads(certificate(rows_with(*others), **fields).to_json()), schema())

    @pytest.mark.parametrize("status", STATUSES)
    def test_knows_every_status_of_a_verdict(self, status: str) -> None:
        jsonschema.validate(json.loads(certificate([verdict("topology", status)]).to_json()), schema())

    def test_knows_every_field_of_a_verdict(self) -> None:
        assert set(Verdict.__dataclass_fields__) - {"seconds"} == set(schema()["$defs"]["verdict"]["properties"])

    def test_knows_the_environment(self) -> None:
        body = json.loads(certificate(environment=environment()).to_json())
        jsonschema.validate(body, schema())

    @pytest.mark.parametrize("version", range(1, SCHEMA + 1))
    def test_knows_the_version(self, version: int) -> None:
        assert version == schema(version)["properties"]["schema"]["const"]

    def test_knows_what_a_run_was_asked_for(self) -> None:
        jsonschema.validate(json.loads(certificate(run=RUN).to_json()), schema())

    def test_refuses_a_field_that_it_does_not_know(self) -> None:
        body = {**certificate().body, "score": 10}
        with pytest.raises(
            jsonschema.ValidationError, match=r"^Additional properties are not allowed \('score' was unexpected\)"
        ):
            jsonschema.validate(body, schema())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.json"
    path.write_text(certificate().to_json(), encoding="utf-8")
    return path


NAME_ONE = "Name a certificate.json, or its folder."


def refusal(path: Path) -> str:
    with pytest.raises(CertificateError) as raised:
        read_certificate(path)
    return str(raised.value)


def changed(path: Path, **fields: Any) -> Path:
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    return path


class TestRead:
    def test_what_was_written(self, written: Path) -> None:
        assert certificate().body == read_certificate(written).body

    def test_by_a_path_as_text(self, written: Path) -> None:
        assert "certified" == read_certificate(str(written)).status

    def test_writes_the_same_text(self, written: Path) -> None:
        assert written.read_text() == read_certificate(written).to_json()

    def test_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "none.json"
        assert f"{path}: cannot be read: No such file or directory. {NAME_ONE}" == refusal(path)

    def test_by_its_folder(self, written: Path) -> None:
        assert "certified" == read_certificate(written.parent).status

    def test_a_folder_without_one(self, tmp_path: Path) -> None:
        path = tmp_path / "certificate.json"
        assert f"{path}: cannot be read: No such file or directory. {NAME_ONE}" == refusal(tmp_path)

    @pytest.mark.parametrize(
        "text, reason",
        [
            ("", "Expecting value: line 1 column 1 (char 0)"),
            ("certified", "Expecting value: line 1 column 1 (char 0)"),
            ('{"schema": 1', "Expecting ',' delimiter: line 1 column 13 (char 12)"),
        ],
        ids=["empty", "text", "cut off"],
    )
    def test_not_json(self, tmp_path: Path, text: str, reason: str) -> None:
        path = tmp_path / "certificate.json"
        path.write_text(text)
        assert f"{path}: cannot be read: {reason}. {NAME_ONE}" == refusal(path)

    def test_not_text(self, tmp_path: Path) -> None:
        path = tmp_path / "certificate.json"
        path.write_bytes(b"\xff\xfe")
        reason = "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
        expected = f"{path}: cannot be read: {reason}. {NAME_ONE}"
        assert expected == refusal(path)

    @pytest.mark.parametrize("version", [0, -1, "1", 1.5, True, None])
    def test_no_schema(self, written: Path, version: Any) -> None:
        expected = f"{written}: schema {version!r}; needed a certificate, whose schema is 1 to {SCHEMA}. {NAME_ONE}"
        assert expected == refusal(changed(written, schema=version))

    def test_a_later_schema(self, written: Path) -> None:
        expected = (
            f"{written}: schema {SCHEMA + 1}; metricsuite {__version__} reads 1 to {SCHEMA}. Upgrade metricsuite to the version that "
            "wrote it."
        )
        assert expected == refusal(changed(written, schema=SCHEMA + 1))

    @pytest.mark.parametrize("text", ["[]", "3", '"certified"', "{}"])
    def test_json_that_is_no_certificate(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "certificate.json"
        path.write_text(text)
        expected = f"{path}: schema None; needed a certificate, whose schema is 1 to {SCHEMA}. {NAME_ONE}"
        assert expected == refusal(path)

    @pytest.mark.parametrize("field", [f for f in certificate().body if f != "schema"])
    def test_a_field_missing(self, written: Path, field: str) -> None:
        body = json.loads(written.read_text())
        del body[field]
        written.write_text(json.dumps(body))
        assert f"{written}: at the top: {field!r} is a required property." == refusal(written)

    def test_a_field_missing_deep_inside(self, written: Path) -> None:
        rows = json.loads(written.read_text())["verdicts"]
        del rows[1]["margin"]
        assert f"{written}: at verdicts/1: 'margin' is a required property." == refusal(changed(written, verdicts=rows))

    def test_another_word_for_a_status(self, written: Path) -> None:
        statuses = ["failed", "inconclusive", "incomplete", "conditional", "profiled", "certified"]
        assert f"{written}: at status: 'fine' is not one of {statuses}." == refusal(changed(written, status="fine"))

    def test_text_for_a_number(self, written: Path) -> None:
        rows = json.loads(written.read_text())["verdicts"]
        rows[0]["margin"] = "large"
        expected = f"{written}: at verdicts/0/margin: 'large' is not of type 'number', 'null'."
        assert expected == refusal(changed(written, verdicts=rows))

    def test_nan_for_a_number(self, written: Path) -> None:
        rows = json.loads(written.read_text())["verdicts"]
        rows[0]["margin"] = float("nan")
        assert refusal(changed(written, verdicts=rows)).startswith(f"{written}: ")

    def test_is_a_value_error(self) -> None:
        assert issubclass(CertificateError, ValueError)


class TestReadAnOlderSchema:
    def test_keeps_to_the_schema_of_its_time(self) -> None:
        jsonschema.validate(json.loads(SCHEMA_1.read_text()), schema(1))

    def test_comes_out_in_this_schema(self) -> None:
        read = read_certificate(SCHEMA_1)
        jsonschema.validate(read.body, schema())
        assert (SCHEMA, "cka", "incomplete") == (read.body["schema"], read.metric, read.status)

    def test_what_it_did_not_say_is_not_known(self) -> None:
        body = read_certificate(SCHEMA_1).body
        assert [None] * 3 == [body["metric"]["parameters"], body["metric"]["defaults"], body["suite"]["run"]]

    def test_the_rest_is_as_it_was(self) -> None:
        before, after = json.loads(SCHEMA_1.read_text()), read_certificate(SCHEMA_1).body
        for name in ("parameters", "defaults"):
            del after["metric"][name]
        del after["suite"]["run"]
        assert before == {**after, "schema": 1}

    def test_its_verdicts_are_read(self) -> None:
        verdicts = {v.id: v for v in read_certificate(SCHEMA_1).verdicts}
        affine = verdicts["test_invariances/test_group_action[affine]"]
        assert (5, "kept", 0.0974238617) == (len(verdicts), affine.status, affine.margin)

    def test_the_cut_one_says_what_its_verdicts_say(self) -> None:
        body, verdicts = json.loads(SCHEMA_1.read_text()), read_certificate(SCHEMA_1).verdicts
        held = kept(verdicts)
        claims = {c: {"decided": c in held, "kept": held.get(c, False)} for c in body["claims"]}
        counts = {word: sum(v.status == word for v in verdicts) for word in ("kept", "yes", "no")}
        expected = (claims, {**body["counts"], **counts, "planned": 5, "ran": 5})
        assert expected == (body["claims"], body["counts"])

    def test_what_its_own_schema_refuses_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "certificate.json"
        path.write_text(SCHEMA_1.read_text())
        metric = {**json.loads(path.read_text())["metric"], "parameters": {}}
        expected = f"{path}: at metric: Additional properties are not allowed ('parameters' was unexpected)."
        assert expected == refusal(changed(path, metric=metric))


class TestDigest:
    @staticmethod
    def files(folder: Path, **texts: str) -> list[Path]:
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text)
        return [folder / name for name in texts]

    def test_is_64_hexadecimal_digits(self, tmp_path: Path) -> None:
        assert 64 == len(f"{int(digest_of(self.files(tmp_path, a='1')), 16):064x}")

    def test_does_not_depend_on_place_or_order(self, tmp_path: Path) -> None:
        here, there = self.files(tmp_path / "here", a="1", b="2"), self.files(tmp_path / "there", b="2", a="1")
        assert digest_of(here) == digest_of(there)

    @pytest.mark.parametrize("others", [{"a": "1", "b": "3"}, {"a": "1", "c": "2"}, {"a": "1"}, {"a": "1b", "b": "2"}])
    def test_depends_on_names_and_contents(self, tmp_path: Path, others: dict[str, str]) -> None:
        one, two = self.files(tmp_path / "one", a="1", b="2"), self.files(tmp_path / "two", **others)
        assert digest_of(one) != digest_of(two)
