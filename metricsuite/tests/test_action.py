"""The GitHub Action: what it declares, and its scripts, run here as a runner would, on a metric that costs nothing.

The runner's part (expressions, ``if``, environment, outputs) is remade below, as far as ``action.yml`` needs it; ``gh`` is a stub that
writes down what it was asked.
"""

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ACTION = Path(__file__).parents[2] / "action.yml"
STEPS: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]
SCRIPTS = {step["name"]: step["run"] for step in STEPS if "run" in step}
EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
METRIC = """
import numpy as np
from metricsuite import metric


@metric("size", pairing="none", axioms={"symmetry"}, sensitive_to={"lab/size"})
def size(x, y):
    return abs(np.linalg.norm(x) - np.linalg.norm(y))


@metric("size", pairing="none", axioms={"symmetry"}, sensitive_to={"lab/size"})
def blind(x, y):
    return abs(float(x.flat[0] - y.flat[0]))


@metric("size", pairing="none", axioms={"symmetry"}, sensitive_to={"lab/shape"})
def withdrawn(x, y):
    return size(x, y)
"""
CONFTEST = """
from metricsuite import Property

metricsuite_cases = True
metricsuite_properties = [
    Property("lab/size", track="dynamics", meaning="tells small from large"),
    Property("lab/shape", track="dynamics", meaning="tells nothing here"),
]
"""
CASE = """
import numpy as np
import pytest
from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates


@pytest.mark.decides("lab/size", pairs=496)
def test_tiny(metric, seeds, verdict):
    groups = {str(k): [k * np.random.default_rng([s, k]).normal(size=(2, 6, 3)) for s in seeds] for k in (1, 3)}
    verdict(separates(pairwise(metric, Contrast(groups, paired=True))))
"""
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$GH_LOG"
if [ -n "$GH_REFUSES" ]; then echo "HTTP 403: Resource not accessible by integration" >&2; exit 1; fi
case "$*" in *--jq*) echo "$GH_FOUND";; esac
for word in "$@"; do case "$word" in body=@*) cat "${word#body=@}" > "$GH_BODY";; esac; done
"""
GITHUB = {"github.token": "secret", "github.event.pull_request.number": "7"}


@dataclass
class Job:
    """What the steps of one run of the action left."""

    folder: Path
    codes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> list[str]:
        """Of gh, one line a call, the temporary folder cut out."""
        log = self.folder / "gh.log"
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        return text.replace(str(self.folder), "TMP").splitlines()

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text(encoding="utf-8")


def value(text: str, inputs: dict[str, str], job: Job, github: dict[str, str]) -> str:
    """A text of the file with its expressions filled in."""
    known = {f"inputs.{k}": v for k, v in inputs.items()} | github | {"runner.temp": str(job.folder / "temp")}

    def of(name: str) -> str:
        return job.outputs.get(name, "") if name.startswith("steps.") else known[name]

    return EXPRESSION.sub(lambda found: of(found[1]), text)


def holds(condition: str, inputs: dict[str, str], job: Job, github: dict[str, str]) -> bool:
    """``a == 'b' && c != ''``, and nothing else."""
    for part in condition.split(" && "):
        name, sign, literal = part.split(" ")
        given = value(f"${{{{ {name} }}}}", inputs, job, github)
        if (given == literal.strip("'")) != (sign == "=="):
            return False
    return True


def run_action(folder: Path, given: dict[str, str], found: str = "", refuses: bool = False, number: str = "7") -> Job:
    """All steps, until one fails."""
    job, github = Job(folder), {**GITHUB, "github.event.pull_request.number": number}
    declared = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["inputs"]
    inputs = {name: value(entry.get("default", ""), {}, job, github) for name, entry in declared.items()} | given
    (folder / "temp").mkdir(exist_ok=True)
    gh = folder / "bin" / "gh"
    gh.parent.mkdir(exist_ok=True)
    gh.write_text(GH, encoding="utf-8")
    gh.chmod(0o755)
    runner = {
        "PATH": os.pathsep.join([str(gh.parent), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": "metricsuite.pytest_plugin",
        "RUNNER_TEMP": str(folder / "temp"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_REPOSITORY": "lab/repository",
        "GH_LOG": str(folder / "gh.log"),
        "GH_BODY": str(folder / "body.md"),
        "GH_FOUND": found,
        "GH_REFUSES": "yes" if refuses else "",
    }
    for step in STEPS:
        if "run" not in step or ("if" in step and not holds(step["if"], inputs, job, github)):
            continue
        (folder / "output").write_text("", encoding="utf-8")
        env = {name: value(text, inputs, job, github) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder, env={**os.environ, **runner, **env}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        print(step["name"], done.stdout, done.stderr)
        job.codes[step["name"]] = done.returncode
        job.logs[step["name"]] = done.stdout
        for line in (folder / "output").read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition("=")
            job.outputs[f"steps.{step['id']}.outputs.{name}"] = text
        if done.returncode:
            break
    return job


def lab(folder: Path) -> dict[str, str]:
    """A repository with a metric and a case, and what its workflow gives the action: the case alone."""
    (folder / "lab").mkdir()
    for name, text in (("tiny.py", METRIC), ("lab/conftest.py", CONFTEST), ("lab/test_tiny.py", CASE)):
        (folder / name).write_text(text, encoding="utf-8")
    return {"metric": "tiny.py:size", "cases": "lab", "args": "-q -k\ntest_tiny", "install": ""}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Job]:
    """A run of the action, once for all tests that look at it."""

    @functools.cache
    def job(name: str) -> Job:
        folder = tmp_path_factory.mktemp("action")
        given = lab(folder)
        if name == "kept":
            return run_action(folder, given)
        if name == "broken":
            return run_action(folder, {**given, "metric": "tiny.py:blind"}, found="41")
        if name == "no metric":
            return run_action(folder, {**given, "metric": "tiny.py:sise"}, refuses=True)
        old = job("kept").folder / "certificates" / "size"
        (folder / "certificates").mkdir()
        reference = folder / "certificates" / "size" / "certificate.json"  # where the run will write its own
        reference.parent.mkdir()
        reference.write_bytes((old / "certificate.json").read_bytes())
        given |= {"metric": "tiny.py:withdrawn", "reference": str(reference.relative_to(folder))}
        return run_action(folder, given, number="")

    return job


# what the file says


def test_inputs_that_are_declared_are_those_that_are_used() -> None:
    text = ACTION.read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)["inputs"]) == set(re.findall(r"inputs\.([a-z]+)", text))


def test_every_input_says_what_it_is_and_all_but_the_metric_have_a_default() -> None:
    inputs = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["inputs"]
    assert all(entry["description"] for entry in inputs.values())
    assert [name for name, entry in inputs.items() if "default" not in entry] == ["metric"]


def test_outputs_of_steps_that_are_used_are_written() -> None:
    used = set(re.findall(r"steps\.(\w+)\.outputs\.(\w+)", ACTION.read_text(encoding="utf-8")))
    written = {
        (s["id"], name) for s in STEPS if "id" in s for name in re.findall(r'echo "(\w+)=.*GITHUB_OUTPUT', s["run"])
    }
    assert written == used


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_expression_reaches_a_script(name: str) -> None:
    assert "${{" not in SCRIPTS[name]


@pytest.mark.parametrize("name", SCRIPTS)
def test_bash_can_read_the_script(name: str) -> None:
    done = subprocess.run(["bash", "-n", "-c", SCRIPTS[name]], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


def test_other_peoples_actions_are_pinned_to_a_major_version() -> None:
    assert [step["uses"] for step in STEPS if "uses" in step] == ["actions/upload-artifact@v4"]


# a claim that is kept


def test_a_kept_claim_passes(job: Callable[[str], Job]) -> None:
    expected = {"Install": 0, "Certify": 0, "Summary": 0, "Comment": 0, "Verdict": 0}
    assert expected == job("kept").codes


def test_outputs(job: Callable[[str], Job]) -> None:
    expected = {"code": "0", "status": "incomplete", "certificate": "certificates/size/certificate.json"}
    assert expected == {name.rpartition(".")[2]: text for name, text in job("kept").outputs.items()}


def test_the_artifact_holds_the_certificate(job: Callable[[str], Job]) -> None:
    found = job("kept").folder / "temp" / "metricsuite" / "artifact" / "certificate.json"
    assert "incomplete" == json.loads(found.read_text(encoding="utf-8"))["status"]


def test_the_summary_has_headline_and_table(job: Callable[[str], Job]) -> None:
    lines = job("kept").summary.splitlines()
    assert lines[0].startswith("**size: incomplete: 2 of ")
    assert [line.split()[:2] for line in lines if line.startswith("  lab/size")] == [["lab/size", "kept"]]


def test_the_comment_is_the_summary_behind_a_mark(job: Callable[[str], Job]) -> None:
    body = (job("kept").folder / "body.md").read_text(encoding="utf-8")
    assert f"<!-- metricsuite: tiny.py:size -->\n{job('kept').summary}" == body


def test_a_first_comment_is_posted(job: Callable[[str], Job]) -> None:
    comments = "repos/lab/repository/issues/7/comments"
    expected = [
        f"api --paginate {comments} --jq .[] | select(.body | startswith(env.MARK)) | .id",
        f"api --method POST {comments} --field body=@TMP/temp/metricsuite/comment.md --silent",
    ]
    assert expected == job("kept").asked


# a claim that is broken


def test_a_broken_claim_fails_at_the_end_with_the_code_of_pytest(job: Callable[[str], Job]) -> None:
    expected = {"Install": 0, "Certify": 0, "Summary": 0, "Comment": 0, "Verdict": 1}
    assert expected == job("broken").codes


def test_a_failure_says_so(job: Callable[[str], Job]) -> None:
    expected = (
        "::error::metricsuite: pytest ended with 1: a claim is broken or undecided, or the metric could not be run.\n"
    )
    assert expected == job("broken").logs["Verdict"]


def test_a_comment_that_is_there_is_brought_up_to_date(job: Callable[[str], Job]) -> None:
    expected = "api --method PATCH repos/lab/repository/issues/comments/41 --field body=@TMP/temp/metricsuite/comment.md --silent"
    assert expected == job("broken").asked[-1]


# no certificate, no permission


def test_a_metric_that_is_not_there_fails_with_the_code_of_pytest(job: Callable[[str], Job]) -> None:
    assert 4 == job("no metric").codes["Verdict"]


def test_without_a_certificate_the_summary_says_why_there_is_none(job: Callable[[str], Job]) -> None:
    expected = "metricsuite: pytest ended with 4 and wrote no certificate of `tiny.py:sise`; its output says why.\n"
    assert expected == job("no metric").summary


def test_a_comment_that_github_refuses_is_told_and_fails_nothing(job: Callable[[str], Job]) -> None:
    expected = (
        "::notice::metricsuite: no comment: GitHub refused it, as it does for pull requests from forks and without the permission "
        "pull-requests: write. The job summary holds the table.\n"
    )
    assert (0, expected) == (job("no metric").codes["Comment"], job("no metric").logs["Comment"])


# a reference


def test_a_lost_claim_fails_though_pytest_is_content(job: Callable[[str], Job]) -> None:
    lost = job("lost")
    assert ("0", 1) == (lost.outputs["steps.certify.outputs.code"], lost.codes["Verdict"])


def test_what_was_lost_stands_in_the_summary(job: Callable[[str], Job]) -> None:
    assert [line for line in job("lost").summary.splitlines() if "lab/size" in line and "withdrawn" in line]


def test_the_page_of_the_comparison_is_in_the_artifact(job: Callable[[str], Job]) -> None:
    assert (job("lost").folder / "temp" / "metricsuite" / "artifact" / "comparison.html").is_file()


def test_a_push_is_not_commented(job: Callable[[str], Job]) -> None:
    assert ("No comment: this run belongs to no pull request.\n", []) == (
        job("lost").logs["Comment"],
        job("lost").asked,
    )


def test_a_reference_that_is_missing_is_no_pass(tmp_path: Path) -> None:
    missing = run_action(tmp_path, {**lab(tmp_path), "reference": "old/certificate.json"})
    expected = (
        "::error::metricsuite: reference: there is no old/certificate.json; run without it once, and commit the certificate that you "
        "get.\n"
    )
    assert ({"Install": 0, "Certify": 1}, expected) == (missing.codes, missing.logs["Certify"])
