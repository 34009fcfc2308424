"""The replication table: words for planted differences, a bootstrap that is paired, certificates that belong together, the published design."""

import argparse
import json
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from metricsuite import MetricSpec, __version__, cases
from metricsuite.certificate import make_certificate
from metricsuite.cli import main
from metricsuite.criteria import rises, separates, withstands
from metricsuite.distances import Distances
from metricsuite.errors import CaseError, CertificateError
from metricsuite.metrics.kernel_alignment import AngularCKA
from metricsuite.report.replicate import published_design, replication
from metricsuite.report.replicate.published_design import (
    disturbed,
    families,
    measures,
    read_published,
    settings,
    write_published,
)
from metricsuite.report.replicate.published_figures import FIGURES, SOURCE, STATEMENTS, Statement, published_gap
from metricsuite.report.replicate.replication import published_line, remade_line
from metricsuite.report.replicate.sources import read_folder, same_systems
from metricsuite.report.replicate.statistics import (
    Advantage,
    advantage,
    mean_of,
    moved_ratio,
    rank_correlations,
    separation,
)
from metricsuite.report.replicate.table import WIDTH, Block, Line, as_markdown, as_text
from metricsuite.systems.published import FAMILIES, PATTERNS, mixed_in, perturbed, published_lorenz

SEEDS = 16
NOISE = "test_noise/test_withstands_observation_noise"
MIXING = "test_noise/test_withstands_a_second_pattern"


def sweep(moved: dict[float, float], apart: float = 1.0, spread: float = 0.0) -> Distances:
    """A Sweep of 16 seeds: distance to oneself at each level, and to the next seed, undisturbed."""
    levels = [0.0, *moved]
    n = SEEDS
    matrix = np.full((n * len(levels),) * 2, np.nan)
    pairs = [(i, k * n + i) for i in range(n) for k in range(1, len(levels))]
    neighbours = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
    noise = np.random.default_rng(5).normal(0, spread, n) if spread else np.zeros(n)
    for i, j in pairs:
        matrix[i, j] = matrix[j, i] = moved[levels[j // n]] * (1 + noise[i])
    for i, j in neighbours:
        matrix[i, j] = matrix[j, i] = apart
    return Distances.by_hand(
        matrix, [""] * len(matrix), pairs=tuple(pairs + neighbours), blocks=tuple([*range(n)] * len(levels)),
        positions=tuple(np.repeat(levels, n).tolist()),
    )  # fmt: skip


def contrast(shift: float) -> Distances:
    points = np.random.default_rng(3).normal(size=2 * SEEDS) + np.repeat([0, shift], SEEDS)
    return Distances.by_hand(np.abs(points[:, None] - points), ["a"] * SEEDS + ["b"] * SEEDS)


def plant(folder: Path, metric: str, stored: dict[str, Distances], name: str = "", **fields: Any) -> None:
    """A certificate with distances beside it, as ``pytest cases --certificate`` writes them."""
    own = folder / (name or metric)
    own.mkdir(parents=True)
    origin = {"target": metric, "module": "lab", "file": "lab.py", "sha256": "0" * 64, "distribution": None}
    values: dict[str, Any] = {
        "metric": {"name": metric, "spec": MetricSpec(name="lab").to_dict(), "origin": origin, "setting": {"rank": 3}},
        "rows": [], "whole": 0, "planned": 0, "left_out": [], "profiled": False, "seeds": SEEDS, "cases": "a" * 64,
        "environment": {"python": "3.11", "system": "Linux", "processor": "any", "packages": {}, "blas": [], "blas_threads": 1},
        "timings": {"created": "2025-01-01T00:00:00+00:00", "seconds": 1.5},
    }  # fmt: skip
    (own / "certificate.json").write_text(make_certificate(**{**values, **fields}).to_json())
    arrays = {
        f"{verdict}|{key}": np.array(getattr(d, attribute))
        for verdict, d in stored.items()
        for key, attribute in (("distances", "matrix"), *((k, k) for k in ("labels", "blocks", "positions", "pairs")))
    }
    np.savez_compressed(own / "distances.npz", **arrays)


def made(**gaps: tuple[float, float]) -> dict[str, Any]:
    """A remade published design of two draws, every quantity and role alike but for what is given."""
    roles = ("dsa", "cka", "procrustes")
    metrics = {r: {q: [gaps.get(r, (0.2, 0.1))] * 2 for q in ("families", "noise", "mixing")} for r in roles}
    return {"version": __version__, "settings": settings(), "seeds": [0, 1], "metrics": metrics}


class TestTheWord:
    @pytest.mark.parametrize(
        "low, high, expected",
        [
            (0.02, 0.2, "holds"),
            (0.001, 0.2, "holds"),
            (-0.2, -0.02, "does not hold"),
            (-0.04, 0.04, "does not hold"),
            (0.01, 0.04, "does not hold"),
            (-0.01, 0.06, "undecided"),
            (0.0, 0.06, "undecided"),
            (-0.06, 0.01, "undecided"),
        ],
    )
    def test_of_an_interval(self, low: float, high: float, expected: str) -> None:
        assert expected == Advantage(1.0, 1.0, (low + high) / 2, low, high, margin=0.05).word

    @pytest.mark.parametrize("ahead, expected", [(0.5, "holds"), (-0.5, "does not hold"), (0.0, "undecided")])
    def test_of_planted_values(self, ahead: float, expected: str) -> None:
        noise = np.random.default_rng(1).normal(0, 0.2, SEEDS)
        noise -= noise.mean()
        found = advantage(
            mean_of(1 + ahead + noise), mean_of(np.ones(SEEDS)), [""] * SEEDS, 0.01, larger_is_better=True
        )
        assert expected == found.word

    def test_where_less_is_better_less_is_ahead(self) -> None:
        found = advantage(mean_of(np.ones(4)), mean_of(3 * np.ones(4)), [""] * 4, 0.1, larger_is_better=False)
        assert (1.0, 3.0, 2.0, 2.0, 2.0, "holds") == (
            found.first,
            found.second,
            found.value,
            found.low,
            found.high,
            found.word,
        )

    def test_a_planted_difference_within_the_margin_is_none(self) -> None:
        found = advantage(mean_of(np.full(4, 1.01)), mean_of(np.ones(4)), [""] * 4, 0.02, larger_is_better=True)
        assert (True, "does not hold") == (found.none, found.word)


class TestPairing:
    def test_what_a_seed_does_to_both_metrics_cancels(self) -> None:
        common = np.random.default_rng(2).normal(0, 1, SEEDS)
        own = np.random.default_rng(3).normal(0, 0.01, SEEDS)
        paired = advantage(mean_of(common + own), mean_of(common), [""] * SEEDS, 0.0, larger_is_better=True)
        one = advantage(mean_of(common), mean_of(np.zeros(SEEDS)), [""] * SEEDS, 0.0, larger_is_better=True)
        assert paired.high - paired.low < (one.high - one.low) / 50

    def test_a_metric_is_never_ahead_of_itself(self) -> None:
        d = contrast(1.0)
        found = advantage(separation(d), separation(d), d.labels, 0.02, larger_is_better=True)
        assert (0.0, 0.0, 0.0) == (found.value, found.low, found.high)

    def test_units_are_redrawn_within_their_class(self) -> None:
        seen: list[np.ndarray] = []
        labels = ["a"] * 3 + ["b"] * 5

        def spy(weights: np.ndarray) -> np.ndarray:
            seen.append(weights)
            return weights.sum(1)

        advantage(spy, spy, labels, 0.1, larger_is_better=True)
        assert {(3.0, 5.0)} == {(w[:3].sum(), w[3:].sum()) for w in seen[0]}


class TestStatisticsAreThoseOfTheCriteria:
    def test_moved_ratio_is_that_of_withstands(self) -> None:
        d = sweep({0.1: 0.05, 0.2: 0.3}, apart=2.0, spread=0.2)
        assert withstands(d).details["ratios"] == pytest.approx(
            [float(moved_ratio(d, level)(np.ones((1, SEEDS)))[0]) for level in (0.1, 0.2)]
        )

    def test_separation_is_that_of_separates(self) -> None:
        d = contrast(1.0)
        assert separates(d).statistic == pytest.approx(float(separation(d)(np.ones((1, 2 * SEEDS)))[0]))

    def test_rank_correlation_is_that_of_rises(self) -> None:
        d = sweep({1: 0.3, 2: 0.1, 3: 0.5}, spread=0.2)
        assert rises(d).statistic == pytest.approx(rank_correlations(d).mean())


class TestCertificatesBelongTogether:
    def read(self, folder: Path) -> str:
        with pytest.raises(CertificateError) as caught:
            read_folder(folder, ["dsa", "procrustes"])
        return str(caught.value)

    @pytest.mark.parametrize(
        "fields, difference",
        [
            ({"cases": "b" * 64}, f"case digest {'a' * 64} and {'b' * 64}"),
            ({"seeds": 32}, "seeds 16 and 32"),
            ({"profiled": True}, "seed set certify and profile"),
        ],
        ids=["cases", "seeds", "seed set"],
    )
    def test_or_both_are_named(self, tmp_path: Path, fields: dict[str, Any], difference: str) -> None:
        plant(tmp_path, "dsa", {})
        plant(tmp_path, "procrustes", {}, **fields)
        expected = (
            f"{tmp_path / 'dsa' / 'certificate.json'} and {tmp_path / 'procrustes' / 'certificate.json'} do not belong together: "
            f"{difference}. Run both metrics again: pytest cases --certificate {tmp_path}"
        )
        assert expected == self.read(tmp_path)

    def test_of_another_version(self, tmp_path: Path) -> None:
        plant(tmp_path, "dsa", {})
        plant(tmp_path, "procrustes", {})
        path = tmp_path / "procrustes" / "certificate.json"
        path.write_text(path.read_text().replace(f'"version": "{__version__}"', '"version": "0.0.1"'))
        assert f"suite version {__version__} and 0.0.1" in self.read(tmp_path)

    def test_none_at_all(self, tmp_path: Path) -> None:
        expected = f"{tmp_path} holds no certificate of dsa, procrustes. Run: pytest cases --certificate {tmp_path}"
        assert expected == self.read(tmp_path)

    def test_two_of_one_metric(self, tmp_path: Path) -> None:
        plant(tmp_path, "dsa", {}, "a")
        plant(tmp_path, "dsa", {}, "b")
        assert f"{tmp_path / 'a'} and {tmp_path / 'b'} both certify dsa; needed one. Remove one." == self.read(tmp_path)

    def test_those_of_other_metrics_are_left_alone(self, tmp_path: Path) -> None:
        plant(tmp_path, "dsa", {})
        plant(tmp_path, "other", {}, seeds=3)
        assert ["dsa"] == list(read_folder(tmp_path, ["dsa", "procrustes"]))

    def test_distances_come_back_as_they_were(self, tmp_path: Path) -> None:
        d = sweep({0.2: 0.1})
        plant(tmp_path, "dsa", {NOISE: d})
        back = read_folder(tmp_path, ["dsa"])["dsa"].distances(NOISE)
        assert back is not None
        assert (True, True) == (same_systems(d, back), np.array_equal(d.matrix, back.matrix, equal_nan=True))


class TestCommand:
    def run(self, folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
        code = main(["replicate", str(folder), *options])
        out, err = capsys.readouterr()
        return code, out, err

    def test_prints_planted_differences(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for name, at_noise in (("dsa", 0.1), ("procrustes", 0.3), ("cka-angular", 0.05)):
            moved = {0.02: at_noise / 10, 0.2: at_noise}
            plant(tmp_path, name, {NOISE: sweep(moved), MIXING: sweep({0.25: 0.2})})
        code, out, _ = self.run(tmp_path, capsys)
        expected = """\
DSA is more robust to observation noise than Procrustes
  design            what is compared                     DSA       Procrustes  advantage of DSA
  published         gap, noise 0.004 to 0.001            0.025     0.016       -0.009
  published design  gap, noise 0.004 to 0.001
                    not remade yet: add --published
  strict            moved at noise 0.2, of families      0.100     0.300       +0.200 [+0.200, +0.200]   holds
                    at all levels: does not hold at 0.02; holds at 0.2
  strict, by rank   AUC ring/cut ring lost at noise 0.5
                    no distances of dsa, procrustes for
                    test_ring_line/test_tells_a_ring_from_a_cut_ring_through_noise[same-input]

DSA is more robust to observation noise than CKA
  design            what is compared                     DSA       CKA         advantage of DSA
  published         gap, noise 0.004 to 0.001            0.025     0.018       -0.007
  published design  gap, noise 0.004 to 0.001
                    not remade yet: add --published
  strict            moved at noise 0.2, of families      0.100     0.050       -0.050 [-0.050, -0.050]   does not hold
                    at all levels: does not hold at 0.02, 0.2
  strict, by rank   AUC ring/cut ring lost at noise 0.5
                    no distances of dsa, cka-angular for
                    test_ring_line/test_tells_a_ring_from_a_cut_ring_through_noise[same-input]

DSA is more robust to a second pattern mixed in than Procrustes
  design            what is compared                     DSA       Procrustes  advantage of DSA
  published         gap, share 1 to 0.25                 0.056     0.287       +0.231
  published design  gap, share 1 to 0.25
                    not remade yet: add --published
  strict            moved at share 0.25, of families     0.200     0.200       +0.000 [+0.000, +0.000]   does not hold
                    no difference, within 0.025; at all levels: does not hold at 0.25
"""
        assert (0, expected) == (
            code,
            out[out.index("DSA is") : out.index("\nDSA is more robust to a second pattern mixed in than CKA")],
        )

    def test_names_what_is_missing_and_what_to_run(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        plant(tmp_path, "dsa", {NOISE: sweep({0.2: 0.1})})
        code, out, _ = self.run(tmp_path, capsys)
        expected = [
            f"missing: {name}. Run: pytest cases --metric {name} --certificate {tmp_path}"
            for name in ("cka-angular", "procrustes")
        ]
        assert (0, expected) == (code, [line for line in out.splitlines() if line.startswith("missing")])

    def test_refuses_distances_of_other_systems(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        plant(tmp_path, "dsa", {NOISE: sweep({0.2: 0.1})})
        plant(tmp_path, "procrustes", {NOISE: sweep({0.2: 0.1, 0.5: 0.2})})
        code, _, err = self.run(tmp_path, capsys)
        expected = (
            f"metricsuite replicate: {tmp_path / 'dsa'} and {tmp_path / 'procrustes'} hold distances of different systems for {NOISE}; "
            f"needed the same. Run both metrics again: pytest cases --certificate {tmp_path}\n"
        )
        assert (4, expected) == (code, err)

    def test_another_metric_may_stand_for_dsa(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        plant(tmp_path, "dsa(rank=15)", {NOISE: sweep({0.2: 0.1})}, name="dsa_rank=15")
        plant(tmp_path, "procrustes", {NOISE: sweep({0.2: 0.4})})
        _, out, _ = self.run(tmp_path, capsys, "--dsa", "dsa(rank=15)")
        assert "0.100     0.400       +0.300 [+0.300, +0.300]   holds" in out

    def test_remakes_the_published_design_once(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(tmp_path, "dsa", {})
        monkeypatch.setattr(replication, "remake", lambda seeds: made(dsa=(0.3, 0.1)))
        _, first, _ = self.run(tmp_path, capsys, "--published")
        monkeypatch.setattr(replication, "remake", None)
        _, second, _ = self.run(tmp_path, capsys)
        assert (True, first) == ("0.200     0.100       -0.100 [-0.100, -0.100]   does not hold" in first, second)

    def test_lines_are_short(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for name in ("dsa", "procrustes", "cka-angular"):
            plant(tmp_path, name, {NOISE: sweep({0.2: 0.1})})
        write_published(tmp_path / "published.json", made())
        _, out, _ = self.run(tmp_path, capsys)
        assert [] == [line for line in out.splitlines() if len(line) > WIDTH]

    def test_options_have_defaults(self) -> None:
        parser = argparse.ArgumentParser()
        replication.add_arguments(parser)
        expected = {
            "folder": Path("d"), "published": False, "dsa": "dsa", "cka": "cka-angular", "procrustes": "procrustes", "markdown": False,
            "networks": False, "page": None,
        }  # fmt: skip
        assert expected == vars(parser.parse_args(["d"]))

    @pytest.mark.parametrize("verdict", [s.verdict for by in replication.STRICT.values() for s in by])
    def test_reads_cases_that_exist(self, verdict: str) -> None:
        file, test = verdict.split("[")[0].split("/")
        assert f"def {test}(" in (Path(cases.__file__).parent / f"{file}.py").read_text()


class TestTable:
    BLOCK = Block("DSA is ahead", "CKA", (Line("strict", "AUC", 0.9, -0.0001, 0.9, (0.8, -0.0002), "holds", "a note"),))

    def test_as_text(self) -> None:
        expected = [
            "",
            "DSA is ahead",
            "  design            what is compared                     DSA       CKA         advantage of DSA",
            "  strict            AUC                                  0.900     0.000       +0.900 [+0.800, +0.000]   holds",
            "                    a note",
            "",
            "the end",
        ]
        assert expected == as_text([self.BLOCK], ["the end"])[2:]

    def test_as_markdown(self) -> None:
        expected = [
            "",
            "**DSA is ahead**",
            "",
            "| design | what is compared | DSA | CKA | advantage of DSA |  |",
            "| --- | --- | --- | --- | --- | --- |",
            "| strict | AUC (a note) | 0.900 | 0.000 | +0.900 [+0.800, +0.000] | holds |",
            "",
            "the end",
        ]
        assert expected == as_markdown([self.BLOCK], ["the end"])[1:]


class TestPublishedFigures:
    def test_the_source_can_be_found(self) -> None:
        assert "arXiv:2410.24070" in SOURCE

    def test_one_table(self) -> None:
        expected = {
            "noise": {"dsa": (0.025,), "cka": (0.018,), "procrustes": (0.016,)},
            "mixing": {"dsa": (0.056,), "cka": (0.337,), "procrustes": (0.287,)},
            "families": {"dsa": (0.22, 0.48), "cka": (0.79, 0.89), "procrustes": (0.64, 0.78)},
            "motifs": {"dsa": (0.765, 0.628, 0.361)},
        }
        assert expected == FIGURES

    @pytest.mark.parametrize("quantity, expected", [("noise", 0.025), ("families", 0.26), ("motifs", None)])
    def test_what_was_compared(self, quantity: str, expected: float | None) -> None:
        assert expected == published_gap(quantity, "dsa")

    def test_statements(self) -> None:
        expected = [
            "DSA is more robust to observation noise than Procrustes",
            "DSA is more robust to observation noise than CKA",
            "DSA is more robust to a second pattern mixed in than Procrustes",
            "DSA is more robust to a second pattern mixed in than CKA",
            "DSA tells families of Lorenz systems better than Procrustes",
            "DSA tells families of Lorenz systems better than CKA",
            "DSA follows the number of shared motifs better than Procrustes",
            "DSA follows the number of shared motifs better than CKA",
        ]
        assert expected == [s.text for s in STATEMENTS]

    @pytest.mark.parametrize("quantity, expected", [("noise", -0.007), ("mixing", 0.281), ("families", 0.16)])
    def test_a_larger_gap_is_better_between_families_alone(self, quantity: str, expected: float) -> None:
        assert expected == pytest.approx(published_line(Statement(quantity, "cka")).difference)

    def test_what_was_only_drawn_is_said(self) -> None:
        assert "DSA 0.765, 0.628, 0.361; CKA is drawn, not printed" == published_line(Statement("motifs", "cka")).note


class TestPublishedDesign:
    def test_shape(self) -> None:
        assert (5, 7, 3) == published_lorenz(0, 10, trials=5, steps=7).shape

    def test_starts_lie_in_the_unit_cube_and_steps_are_eulers(self) -> None:
        x = published_lorenz(0, 28, trials=2, steps=3)
        start = np.random.default_rng([0, crc32(b"published lorenz, r = 28")]).random((2, 3))
        a, b, c = start.T
        second = start + 0.01 * np.stack([10 * (b - a), 28 * a - b - a * c, a * b - 2.667 * c], 1)
        assert np.diff(x[:, :2], axis=1)[:, 0] / np.ptp(x, axis=(1, 2))[:, None] == pytest.approx(
            (second - start) / np.array([self.extent(s) for s in start])[:, None], rel=1e-5
        )

    @staticmethod
    def extent(start: np.ndarray) -> float:
        path = [start]
        for _ in range(2):
            a, b, c = path[-1]
            path.append(path[-1] + 0.01 * np.array([10 * (b - a), 28 * a - b - a * c, a * b - 2.667 * c]))
        return float(np.ptp(path))

    def test_each_trial_is_scaled_by_itself_over_time_and_coordinates(self) -> None:
        x = published_lorenz(1, 40, trials=4, steps=50)
        assert [(0.0, 1.0)] * 4 == [(float(t.min()), round(float(t.max()), 4)) for t in x]

    def test_systems_of_one_seed_share_no_starts(self) -> None:
        x, y = (published_lorenz(1, r, trials=40, steps=2)[:, 0] for r in (5, 10))
        assert abs(np.corrcoef(x.ravel(), y.ravel())[0, 1]) < 0.3

    def test_noise_keeps_a_unit_variance(self) -> None:
        x = np.random.default_rng(0).standard_normal((100, 100, 3))
        assert perturbed(x, 0.6, np.random.default_rng(1)).var() == pytest.approx(1, abs=0.03)

    def test_noise_by_its_formula(self) -> None:
        x = np.arange(6.0).reshape(1, 2, 3)
        noise = np.random.default_rng(1).standard_normal(x.shape)
        assert perturbed(x, 0.6, np.random.default_rng(1)) == pytest.approx(0.8 * x + 0.6 * noise)

    def test_a_second_pattern_is_added_from_its_start_on(self) -> None:
        x, y = np.ones((2, 3, 3)), np.arange(18.0).reshape(2, 3, 3)
        assert mixed_in(x, y, 0.5) == pytest.approx(1 + 0.5 * (y - y[:, :1]))

    def test_nine_systems_36_pairs_a_quarter_within(self) -> None:
        systems = {r: np.full((1, 1, 1), r) for values in FAMILIES.values() for r in values}
        nine, pairs, within = families(systems)
        assert ([0.25, 0.5, 0.75, 5, 10, 15, 30, 40, 50], 36, 9) == (
            [float(x[0, 0, 0]) for x in nine],
            len(pairs),
            within.sum(),
        )

    def test_noisy_takes_are_of_one_system_and_mixtures_of_two(self) -> None:
        systems = {r: np.tile([[0.0], [r * 1e4]], (1, 1, 3)) for r in PATTERNS}  # the noise is nothing beside r
        takes, pairs = disturbed(systems, seed=0, draw=0)
        final = [round(float(x[0, 1, 0]) / 1e4, 1) for x in takes]
        first_level = [(final[i], final[j]) for i, j in pairs[: 2 * len(PATTERNS)]]
        mixed = [(r, r + PATTERNS[(k + 1) % 7]) for k, r in enumerate(PATTERNS)]
        assert [(r, r) for r in PATTERNS] + mixed == first_level

    def test_six_draws_meet_all_combinations(self) -> None:
        systems = {r: np.tile([[0.0], [r * 1e4]], (1, 1, 3)) for r in PATTERNS}
        met = set()
        for draw in range(6):
            takes, _ = disturbed(systems, seed=0, draw=draw)
            final = [round(float(x[0, 1, 0]) / 1e4, 1) for x in takes[: 3 * len(PATTERNS)]]
            met |= {(final[3 * k], round(final[3 * k + 2] - final[3 * k], 1)) for k in range(len(PATTERNS))}
        assert {(a, b) for a in PATTERNS for b in PATTERNS if a != b} == met

    def test_angles_are_over_a_right_angle(self) -> None:
        x, y = (np.random.default_rng(k).standard_normal((2, 10, 3)) for k in range(2))
        assert [AngularCKA()(x, y) / (np.pi / 2)] == pytest.approx(measures(20)["cka"]([x, y], [(0, 1)]).tolist())

    def test_remade_in_small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(published_design, "NOISE_RANK", 8)  # of rank 50 a draw takes three seconds
        small = published_design.remake([3], trials=40)
        found = {
            role: (list(by), [within < across for within, across in by["families"]])
            for role, by in small["metrics"].items()
        }
        quantities = ["families", "noise", "mixing"]
        assert dict.fromkeys(("dsa", "cka", "procrustes"), (quantities, [True])) == found

    def test_twice_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(published_design, "NOISE_RANK", 4)
        assert published_design.remake([3], trials=40) == published_design.remake([3], trials=40)

    def test_a_gap_is_that_of_the_first_level_over_the_last(self) -> None:
        line = remade_line(Statement("noise", "cka"), made(dsa=(0.5, 0.1)))
        assert (0.4, 0.1) == pytest.approx((line.first, line.second))

    def test_a_mixture_is_shown_beside_what_is_unmixed(self) -> None:
        line = remade_line(Statement("mixing", "cka"), made(dsa=(0.5, 0.1)))
        assert "DSA from 0.500 to 0.100; CKA from 0.200 to 0.100; unmixed, DSA 0.100, CKA 0.100" == line.note


class TestStoredPublishedDesign:
    def test_comes_back(self, tmp_path: Path) -> None:
        write_published(tmp_path / "published.json", made())
        assert json.loads(json.dumps(made())) == read_published(tmp_path / "published.json")

    @pytest.mark.parametrize(
        "change, problem",
        [
            ({"version": "0.0.1"}, f"version 0.0.1; needed {__version__}."),
            ({"settings": {"trials": 3}}, f"settings {{'trials': 3}}; needed {settings()}."),
            ({"seeds": [0]}, "not one pair of numbers a seed, metric and quantity."),
        ],
        ids=["version", "settings", "seeds"],
    )
    def test_or_is_refused(self, tmp_path: Path, change: dict[str, Any], problem: str) -> None:
        path = tmp_path / "published.json"
        write_published(path, {**made(), **change})
        with pytest.raises(CertificateError) as caught:
            read_published(path)
        assert f"{path}: {problem} Make it again with --published." == str(caught.value)

    def test_that_is_no_json(self, tmp_path: Path) -> None:
        path = tmp_path / "published.json"
        path.write_text("{")
        with pytest.raises(CertificateError, match=r"cannot be read: .* Make it again with --published\.$"):
            read_published(path)


class TestRefusals:
    def test_a_system(self) -> None:
        with pytest.raises(CaseError) as caught:
            published_lorenz(0, -1, trials=5)
        assert "published_lorenz: 5 trials of 200 steps, r=-1; needed 2 of 2 or more, r positive." == str(caught.value)

    def test_noise(self) -> None:
        with pytest.raises(CaseError) as caught:
            perturbed(np.ones((1, 2, 3)), 1.5, np.random.default_rng(0))
        assert "perturbed: level=1.5; needed a number from 0 to 1." == str(caught.value)

    def test_a_mixture(self) -> None:
        with pytest.raises(CaseError) as caught:
            mixed_in(np.ones((1, 2, 3)), np.ones((1, 3, 3)), 1)
        assert "mixed_in: patterns of shapes (1, 2, 3) and (1, 3, 3), share=1; needed one shape, 0 or more." == str(
            caught.value
        )
