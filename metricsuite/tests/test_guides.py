"""The guides: each is a page, its commands and names exist, and its examples run as they stand."""

import datetime
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest

from metricsuite import read_certificate
from metricsuite.certificate import Certificate
from metricsuite.certifying import own_cases
from metricsuite.cli import COMMANDS
from metricsuite.properties import PROPERTIES, TRACKS
from metricsuite.report.badge import badge_of
from metricsuite.report.explaining import CRITERIA, GUIDES, WIDTH, explained
from metricsuite.settings import OPTIONS
from metricsuite.waivers import read_waivers

PLACEHOLDERS = {"PROPERTY", "CRITERION", "METRIC", "my-lab/replay"}


def text_of(guide: str) -> str:
    (text,) = explained([guide])
    return text


def blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text_of(guide), re.DOTALL)


@dataclass(frozen=True)
class Ran:
    """The examples of all guides, laid out in one folder and run once: the contract and the lab's case on the guide's metric."""

    folder: Path
    code: int
    out: str
    certificate: Certificate


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("guides")
    metric = "".join(blocks("write-a-metric", "python"))
    claimed = metric.replace('sensitive_to={"invertible-linear"}', 'sensitive_to={"my-lab/replay"}')
    assert metric != claimed
    (folder / "angle.py").write_text(claimed)
    (folder / "my_cases").mkdir()
    for block in blocks("write-a-case", "python"):
        name, _, code = block.partition("\n")
        (folder / name.removeprefix("# ")).write_text(code)
    (folder / "waivers.toml").write_text(blocks("waive", "toml")[0].split("\n\n")[0])
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers --strict-config\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-c", "pytest.ini"]
    command += ["my_cases", str(own_cases() / "test_contract.py"), "--metric", "angle.py:Angle"]
    command += ["--waivers", "waivers.toml", "--certificate", "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (folder / "out" / "angle" / "certificate.json").exists(), done.stdout + done.stderr
    return Ran(folder, done.returncode, done.stdout, read_certificate(folder / "out" / "angle" / "certificate.json"))


class TestPage:
    def test_the_folder_holds_these_and_no_others(self) -> None:
        folder = resources.files("metricsuite").joinpath("report", "guides")
        assert sorted(f"{guide}.md" for guide in GUIDES) == sorted(entry.name for entry in folder.iterdir())

    @pytest.mark.parametrize("guide", GUIDES)
    def test_is_one(self, guide: str) -> None:
        assert 40 <= len(text_of(guide).splitlines()) <= 100

    @pytest.mark.parametrize("guide", GUIDES)
    def test_no_line_is_longer_than_the_other_texts(self, guide: str) -> None:
        assert [] == [line for line in text_of(guide).splitlines() if len(line) > WIDTH]

    @pytest.mark.parametrize("guide", GUIDES)
    def test_names_commands_that_exist(self, guide: str) -> None:
        named = set(re.findall(r"(?:`|^ {4})metricsuite (\w+)", text_of(guide), re.MULTILINE))
        assert set() == named - set(COMMANDS)

    @pytest.mark.parametrize("guide", GUIDES)
    def test_names_what_can_be_explained(self, guide: str) -> None:
        named = set(re.findall(r"metricsuite explain ([\w/-]*\w)", text_of(guide)))
        assert set() == named - PROPERTIES.keys() - set(CRITERIA) - set(GUIDES) - PLACEHOLDERS

    @pytest.mark.parametrize("guide", GUIDES)
    def test_names_options_that_exist(self, guide: str) -> None:
        named = set(re.findall(r"--[a-z][a-z-]+", text_of(guide)))
        assert set() == named - OPTIONS.keys() - {"--metric", "--pyargs", "--cases"}

    def test_names_tracks_that_exist(self) -> None:
        assert "invariance" in TRACKS
        assert "--track invariance" in text_of("write-a-metric")


class TestMetric:
    def test_the_plain_function_and_the_class_agree(self, ran: Ran) -> None:
        import numpy as np

        scope: dict[str, object] = {}
        exec((ran.folder / "angle.py").read_text(), scope)
        x, y = np.random.default_rng(0).normal(size=(2, 3, 20, 5))
        angle = scope["Angle"]()  # type: ignore[operator]
        assert scope["plain_angle"](x, y) == pytest.approx(angle.compare(angle.prepare(x), angle.prepare(y)))  # type: ignore[operator]

    def test_keeps_the_contract(self, ran: Ran) -> None:
        kept = [v.property for v in ran.certificate.verdicts if v.track == "contract" and v.status == "kept"]
        assert sorted(n for n, p in PROPERTIES.items() if p.track == "contract") == sorted(kept)

    def test_its_spec_is_what_the_guide_says(self, ran: Ran) -> None:
        spec = ran.certificate.body["metric"]["spec"]
        assert (["symmetry", "triangle"], "samples") == (spec["axioms"], spec["pairing"])

    @pytest.mark.parametrize("claim", ["invertible-linear", "orthogonal", "isotropic-scaling", "translation"])
    def test_keeps_its_other_claims(self, claim: str, tmp_path: Path) -> None:
        """In process, by the case's own design: a subprocess for each would cost seconds."""
        import numpy as np

        from metricsuite import Orbit, load_metric, pairwise
        from metricsuite.criteria import invariant, sensitive
        from metricsuite.systems import random_networks
        from metricsuite.transformations import transform

        (tmp_path / "angle.py").write_text("".join(blocks("write-a-metric", "python")))
        systems = random_networks(range(6))
        images = [transform(s, claim, np.random.default_rng(k)) for k, s in enumerate(systems)]
        metric = load_metric(f"{tmp_path / 'angle.py'}:Angle")
        distances = pairwise(metric, Orbit(systems, images, paired=True))
        decide = sensitive(distances) if claim in metric.spec.sensitive_to else invariant(distances, exactly=True)
        assert "yes" == decide.answer


class TestCase:
    def test_ends_with_0(self, ran: Ran) -> None:
        assert 0 == ran.code, ran.out

    def test_decides_its_property(self, ran: Ran) -> None:
        found = {v.id: v.status for v in ran.certificate.verdicts if v.property == "my-lab/replay"}
        name = "test_replay/test_tells_the_direction"
        assert {f"{name}[noisy]": "waived", f"{name}[quiet]": "kept"} == found

    def test_no_control_does_as_well(self, ran: Ran) -> None:
        (quiet,) = [v for v in ran.certificate.verdicts if v.id.endswith("[quiet]")]
        assert quiet.control is not None
        assert quiet.control["statistic"] < 0.6

    def test_can_be_explained(self, ran: Ran) -> None:
        (text,) = explained(["my-lab/replay"], [ran.folder / "my_cases"])
        assert "  test_replay::test_tells_the_direction: separates()" in text.splitlines()


class TestWaiver:
    def test_both_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "waivers.toml").write_text(blocks("waive", "toml")[0])
        found = read_waivers(tmp_path / "waivers.toml", today=datetime.date(2027, 1, 31))
        expected = [
            "test_replay/test_tells_the_direction[noisy]",
            "test_ring_line/test_tells_a_ring_from_a_line[own-input]",
        ]
        assert expected == [w.verdict for w in found]

    def test_stands_in_the_certificate(self, ran: Ran) -> None:
        (waived,) = [v for v in ran.certificate.verdicts if v.status == "waived"]
        assert str(waived.waiver).endswith("the claim is about less than one (Author et al. 2026, fig. S3)")

    def test_the_badge_is_as_told(self) -> None:
        body = {"status": "conditional", "counts": {"waived": 1}, "suite": {"version": "0.1.0"}, "claims": {}}
        message = badge_of(Certificate(body))["message"]
        assert f"`{message}`" in " ".join(text_of("waive").split())


class TestCertificate:
    def test_the_example_reads_one(
        self, ran: Ran, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(ran.folder)
        (code,) = blocks("read-a-certificate", "python")
        exec(code, {})
        lines = capsys.readouterr().out.splitlines()
        (waived,) = [v for v in ran.certificate.verdicts if v.status == "waived"]
        expected = [ran.certificate.headline, f"my-lab/replay waived {waived.margin} {waived.reason}"]
        assert expected == lines

    def test_every_status_is_in_the_table(self) -> None:
        from metricsuite.certificate import schema

        rows = re.findall(r"^\| `(\w+)` \|", text_of("read-a-certificate"), re.MULTILINE)
        assert schema()["properties"]["status"]["enum"] == rows
