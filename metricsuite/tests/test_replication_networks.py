"""The networks part of the replication: which networks are compared, the words for planted distances, what is stored."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metricsuite import __version__, load_metric
from metricsuite.errors import CertificateError
from metricsuite.networks.curriculum import PUBLISHED
from metricsuite.networks.zoo import DIRECTORY, load
from metricsuite.report.replicate import network_design, network_stored
from metricsuite.report.replicate.network_blocks import Reading, along_learning, files_of, ladder_grids, network_blocks
from metricsuite.report.replicate.network_design import COUNTS as COUNTS_OF_THE_SUITE
from metricsuite.report.replicate.network_design import Counts, files, itself, next_one, planned_pairs, remake
from metricsuite.report.replicate.network_figures import LADDER, LEARNED, LEARNED_MAMBA
from metricsuite.report.replicate.network_measures import Measure, published_measures
from metricsuite.report.replicate.network_notes import network_notes
from metricsuite.report.replicate.network_states import in_common_components, published_states
from metricsuite.report.replicate.network_statistics import ALPHA
from metricsuite.report.replicate.table import WIDTH, Block, as_text
from metricsuite.tests.replication_networks import found_of

ROLES = {"dsa": "dsa", "cka": "cka-angular", "procrustes": "procrustes"}


def block_of(found: dict[str, Any] | None, start: str) -> Block:
    return next(b for b in network_blocks(found) if b.statement.startswith(start))


class TestStates:
    def test_published_window_and_trials(self) -> None:
        states = published_states(load("relu", "decision", "untrained"), [3, 1])
        assert [(16, 200, 64)] * 2 == [x.shape for x in states]

    def test_networks_of_one_group_see_trials_of_their_own(self) -> None:
        first, again = (published_states(load("relu", "decision", "untrained"), [k])[0] for k in (3, 1))
        assert not np.allclose(first, again)

    def test_the_published_measure_takes_them(self) -> None:
        states = published_states(load("relu", "decision", "untrained"), [0])
        assert (50, 50) == published_measures()["dsa"].prepare(states[0]).shape

    def test_common_components_of_different_units(self) -> None:
        rng = np.random.default_rng(0)
        x, y = in_common_components(rng.normal(size=(6, 30, 25)), rng.normal(size=(6, 40, 50)))
        assert ((6, 30, 20), (6, 40, 20)) == (x.shape, y.shape)

    def test_a_system_and_its_copy_stay_copies(self) -> None:
        x = np.random.default_rng(0).normal(size=(6, 30, 25))
        first, second = in_common_components(x, x.copy())
        assert np.array_equal(first, second)


class Recorded:
    """Stands for the zoo and the metrics: a system is the name of its network, and every pair compared is written down."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, right: int = 4) -> None:
        self.pairs: dict[str, list[tuple[Any, Any]]] = {"published": [], "strict": []}

        class Group:
            accuracies = (0.9,) + (1.0,) * right + (0.9,) * (31 - right)

            def __init__(self, architecture: str, file: str, checkpoint: str) -> None:
                self.name = (architecture, file, checkpoint)

        monkeypatch.setattr(network_design, "networks_of", lambda _, a, f, c="final": Group(a, f, c))
        monkeypatch.setattr(network_design, "published_states", lambda g, members: [(*g.name, m) for m in members])
        monkeypatch.setattr(network_design, "strict_states", lambda g, n, same: [(*g.name, m, same) for m in range(n)])
        monkeypatch.setattr(network_design, "in_common_components", lambda x, y: (x, y))
        for design in ("published", "strict"):
            measure = Measure(lambda x: x, lambda states, pairs, design=design: self.compare(design, states, pairs))
            monkeypatch.setattr(network_design, f"{design}_measures", lambda *_, measure=measure: {"dsa": measure})

    def compare(self, design: str, states: list[Any], pairs: list[tuple[int, int]]) -> np.ndarray:
        self.pairs[design] += [(states[i], states[j]) for i, j in pairs]
        return np.ones(len(pairs))


COUNTS = Counts(4, (2, 3), (2, 3), (2, 3))


class TestWhichAreCompared:
    def test_as_many_pairs_as_planned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch)
        remake({}, counts=COUNTS)
        assert planned_pairs(COUNTS) == {design: len(pairs) for design, pairs in recorded.pairs.items()}

    def test_no_network_with_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch)
        remake({}, counts=COUNTS)
        assert [] == [(a, b) for pairs in recorded.pairs.values() for a, b in pairs if a == b]

    def test_published_are_those_whose_masters_are_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch, right=2)
        found = remake({}, counts=COUNTS, architectures=["relu"])
        expected = ({"relu": [1, 2]}, {1, 2})
        assert expected == (found["members"], {system[3] for pair in recorded.pairs["published"] for system in pair})

    def test_published_meet_their_own_master(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch)
        remake({}, counts=COUNTS, architectures=["gru"])
        full = ("gru", "pretrain_frozen.input", "final")
        met = [(a[3], b[3]) for a, b in recorded.pairs["published"] if a[:3] == full and b[1:3] == ("master", "final")]
        assert {(m, m) for m in (1, 2, 3, 4)} == set(met)

    def test_strict_meet_masters_of_other_seeds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch)
        remake({}, counts=COUNTS, architectures=["gru"])
        same = [
            (a, b)
            for a, b in recorded.pairs["strict"]
            if a[3] == b[3] and b[1] not in ("master_second", "untrained_second")
        ]
        assert [] == same

    def test_pairs_share_trials_or_neither_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch)
        remake({}, counts=COUNTS)
        assert {(True, True), (False, False)} == {(a[4], b[4]) for a, b in recorded.pairs["strict"]}

    def test_over_learning_checkpoints_are_matched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch)
        remake({}, counts=COUNTS)
        assert [] == [(a, b) for pairs in recorded.pairs.values() for a, b in pairs if a[2] != b[2]]

    def test_without_a_master_that_is_right_nothing_is_published(self, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = Recorded(monkeypatch, right=0)
        remake({}, counts=COUNTS, architectures=["relu", "gru"])
        assert [] == recorded.pairs["published"]

    def test_ten_groups(self) -> None:
        assert list(PUBLISHED) == [f.removesuffix(".rule") for f in files("rule")]

    def test_next_one(self) -> None:
        assert ([], [(0, 1)], [(0, 1), (1, 2), (2, 0)]) == tuple(next_one(n) for n in (1, 2, 3))

    def test_itself(self) -> None:
        assert [(0, 0), (1, 1)] == itself(2)


class TestReading:
    def test_partial_is_the_mean_of_five_groups(self) -> None:
        found = found_of()
        for k, file in enumerate(files_of("partial", "input")):
            found["master"]["dsa"]["published"]["relu"][file] = [float(k)] * 8
        assert [2.0] * 8 == Reading("published", ("relu",)).to_master(found, "dsa", "partial").tolist()

    def test_two_architectures_are_put_together(self) -> None:
        assert 16 == len(Reading("published", ("relu", "gru")).to_master(found_of(), "dsa", "full"))

    def test_one_without_networks_is_left_out(self) -> None:
        found = found_of()
        del found["master"]["dsa"]["published"]["gru"]
        assert 8 == len(Reading("published", ("relu", "gru")).to_master(found, "dsa", "full"))

    def test_curves(self) -> None:
        assert (5, 8) == along_learning(found_of(), "dsa", "strict", "relu", "partial").shape


class TestStatements:
    def words(self, block: Block, design: str) -> set[str]:
        return {line.word for line in block.lines if line.design == design}

    @pytest.mark.parametrize("design", ["published design", "strict"])
    @pytest.mark.parametrize(
        "start",
        ["Untrained networks are", "Networks frozen untrained are", "Networks frozen after some parts are"],
        ids=["untrained", "frozen", "partial"],
    )
    def test_a_planted_order_holds(self, start: str, design: str) -> None:
        assert {"holds"} == self.words(block_of(found_of(), start), design)

    def test_a_reversed_step_does_not(self) -> None:
        found = found_of({"untrained": 0.1, "master_frozen": 0.3, "partial": 0.2, "full": 0.1, "full unfrozen": 0.1})
        assert {"does not hold"} == self.words(block_of(found, "Untrained networks are"), "strict")

    def test_where_a_metric_shows_the_order_it_does_not_hold_that_it_does_not(self) -> None:
        assert {"does not hold"} == self.words(block_of(found_of(), "CKA does not show"), "strict")

    def test_where_it_shows_none_it_holds(self) -> None:
        found = found_of(dict.fromkeys(LADDER, 0.4))
        assert {"holds"} == self.words(block_of(found, "CKA does not show"), "strict")

    def test_mamba_that_does_not_change_beside_relu_that_does(self) -> None:
        found = found_of(mamba=dict.fromkeys(LADDER, 0.1))
        assert ({"holds"}, {"holds"}) == tuple(
            self.words(block_of(found, "Learning does not"), d) for d in ("published design", "strict")
        )

    def test_mamba_that_changes(self) -> None:
        assert {"does not hold"} == self.words(block_of(found_of(), "Learning does not"), "strict")

    def test_mamba_on_a_floor_as_large_as_the_effect(self) -> None:
        still = {**dict.fromkeys(LADDER, 0.5), "masters": 0.5, "floor": 0.5}
        assert {"undecided"} == self.words(block_of(found_of(mamba=still), "Learning does not"), "strict")

    def test_an_approach_over_learning(self) -> None:
        assert {"holds"} == self.words(block_of(found_of(), "Over learning"), "strict")

    def test_networks_over_learning_are_enough_to_decide(self) -> None:
        assert [] == [n for n in COUNTS_OF_THE_SUITE.learning if 2.0**-n >= ALPHA]

    def test_published_figures_stand_first(self) -> None:
        lines = [block.lines[0] for block in network_blocks(None)]
        expected = [(0.61, 0.43), (0.43, 0.32), (0.32, 0.27), (0.43, 0.4), (0.44, 0.41), (0.46, 0.47), (None, None)]
        assert expected == [(line.first, line.second) for line in lines]

    def test_unmeasured_is_said(self) -> None:
        notes = [line.note for line in block_of(None, "Untrained networks are").lines[1:]]
        assert ["not measured yet: add --networks"] * 2 == notes

    def test_too_few_masters_are_said(self) -> None:
        found = found_of()
        for of_role in found["master"].values():
            del of_role["published"]["gru"]
        line = next(n for n in block_of(found, "Untrained networks are").lines if n.what == "gru")
        assert ("undecided", "0 networks whose master gets every test trial right") == (line.word, line.note)

    def test_all_fits_the_page(self) -> None:
        found = found_of()
        lines = as_text([*network_blocks(found), *ladder_grids(found)], network_notes(found, ROLES))
        assert [] == [line for line in lines if len(line) > WIDTH]

    def test_columns_stay_apart(self) -> None:
        cells = [line.cells() for block in network_blocks(found_of()) for line in block.lines]
        assert [] == [c for c in cells if len(c[0]) > 17 or len(c[1]) > 36]

    def test_figures_as_published(self) -> None:
        assert ((0.61, 0.43, 0.32, 0.27, 0.31), (0.46, 0.61, 0.43, 0.47, 0.45)) == (LEARNED["dsa"], LEARNED_MAMBA)


class TestStored:
    @pytest.fixture
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(network_stored, "manifest", lambda *_: {"relu-decision/master.safetensors": "0" * 64})
        monkeypatch.setattr(network_design, "remake", lambda *_: found_of())
        network_stored.make_networks(tmp_path / "networks.json", self.metrics(), lambda text: None)
        return tmp_path / "networks.json"

    def metrics(self, **others: str) -> dict[str, Any]:
        return {role: load_metric(name) for role, name in {**ROLES, **others}.items()}

    def refused(self, path: Path, **others: str) -> str:
        with pytest.raises(CertificateError) as caught:
            network_stored.read_networks(path, self.metrics(**others))
        return str(caught.value)

    def test_comes_back(self, path: Path) -> None:
        assert found_of() == network_stored.read_networks(path, self.metrics())

    def test_or_is_refused_for_another_version(self, path: Path) -> None:
        path.write_text(path.read_text().replace(f'"version": "{__version__}"', '"version": "0.0.1"'))
        expected = f"{path}: version 0.0.1; needed {__version__}. Make it again with --networks."
        assert expected == self.refused(path)

    def test_or_for_other_networks(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(network_stored, "manifest", lambda *_: {"relu-decision/master.safetensors": "1" * 64})
        given = json.loads(path.read_text())["settings"]["networks"]
        needed = network_stored.settings(self.metrics())["networks"]
        assert f"{path}: networks {given}; needed {needed}. Make it again with --networks." == self.refused(path)

    def test_or_for_another_metric(self, path: Path) -> None:
        assert f"{path}: metrics " in self.refused(path, dsa="dsa-spectrum")

    def test_or_where_something_lacks(self, path: Path) -> None:
        made = json.loads(path.read_text())
        del made["found"]["across"]
        path.write_text(json.dumps(made))
        assert f"{path}: lacks across. Make it again with --networks." == self.refused(path)

    def test_networks_of_other_families_do_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = {"relu-decision/master.safetensors": "0" * 64}
        digests = []
        for hashes in (before, {**before, "relu-go-nogo/master.safetensors": "1" * 64}):
            monkeypatch.setattr(network_stored, "manifest", lambda *_, hashes=hashes: hashes)
            digests.append(network_stored.settings({}, DIRECTORY)["networks"])
        assert digests[0] == digests[1]
