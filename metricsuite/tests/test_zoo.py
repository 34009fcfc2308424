"""The zoo: damaged, missing and foreign files; builds, interrupted ones too; what `verify` finds; the networks that are stored.

All but the last tests are about a tiny zoo, two networks of 8 units a group, built here in the way of the real one.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open

from metricsuite.errors import CaseError, ZooError
from metricsuite.networks import zoo, zoo_build, zoo_command, zoo_verify
from metricsuite.networks.architecture import select
from metricsuite.networks.curriculum import GROUPS, put_together
from metricsuite.networks.processes import in_processes
from metricsuite.networks.rnn import LeakyRNN
from metricsuite.networks.tasks import CHOICES
from metricsuite.networks.tensor_files import read_tensors, write_tensors
from metricsuite.networks.training import CHECKPOINTS, FINAL, Settings

QUICK = Settings(batch=4, most=6, every=3, early=3, validation=8, saves=2)
TINY = zoo_build.Recipe({"relu": LeakyRNN(8)}, (0, 1), {"relu": (0.01, 0.02)}, QUICK, replace(QUICK, most=3))
SLOW = replace(TINY, whole=replace(QUICK, most=300))  # long enough to be interrupted
MASTER = "relu-decision/master.safetensors"
ADVICE = (
    "Install metricsuite again; in a checkout, `git checkout` the file, or delete it and run `metricsuite zoo build`."
)


def whole(message):
    return f"^{re.escape(message)}$"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A tiny zoo, of both tasks, each in a process of its own."""
    directory = tmp_path_factory.mktemp("zoo")
    zoo_build.build(directory, ["relu"], list(CHOICES), 2, recipe=TINY)
    return directory


@pytest.fixture
def tiny(built, tmp_path, monkeypatch):
    """A copy of the tiny zoo, to be damaged; `load` and `verify` take it for the real one."""
    monkeypatch.setattr(zoo, "ARCHITECTURES", TINY.architectures)
    monkeypatch.setattr(zoo, "SEEDS", TINY.seeds)
    return shutil.copytree(built, tmp_path / "zoo")


def master(directory):
    return zoo.load("relu", "decision", "master", directory=directory)


def bless(directory, name, content):
    """Put a file in a group's place and its hash into the manifest."""
    (directory / name).write_bytes(content)
    zoo_build.write_manifest(directory)


# --- load ---


def test_a_frozen_group_is_what_it_trained_and_what_it_began_from(tiny):
    start = zoo.load("relu", "decision", "pretrain_basic", directory=tiny).weights
    found = zoo.load("relu", "decision", "pretrain_basic_frozen", "rule", directory=tiny).weights
    stored, _ = read_tensors(tiny / "relu-decision/pretrain_basic_frozen.rule.safetensors")
    expected = put_together({"input": stored["final/input"].float()}, start, "rule")
    assert [] == [k for k in expected if not torch.equal(expected[k], found[k])]


def test_checkpoint_start_is_the_stage_before(tiny):
    expected = zoo.load("relu", "decision", "pretrain", directory=tiny).weights
    found = zoo.load("relu", "decision", "pretrain_unfrozen", checkpoint="start", directory=tiny).weights
    assert [] == [k for k in expected if not torch.equal(expected[k], found[k])]


def test_masters_of_the_second_set_begin_elsewhere(tiny):
    first, second = (zoo.load("relu", "decision", f"untrained{x}", directory=tiny).weights for x in ("", "_second"))
    assert not torch.equal(first["recurrent"], second["recurrent"])


def test_what_is_loaded_may_be_changed(tiny):
    before = master(tiny).weights["recurrent"].clone()
    master(tiny).weights["recurrent"].zero_()
    assert torch.equal(before, master(tiny).weights["recurrent"])


def test_stored_weights_are_float16(built):
    assert {torch.float16} == {v.dtype for v in read_tensors(built / MASTER)[0].values()}


def test_a_missing_file(tiny):
    (tiny / MASTER).unlink()
    with pytest.raises(ZooError, match=whole(f"zoo: {tiny / MASTER} is missing. {ADVICE}")):
        master(tiny)


def test_a_file_that_the_manifest_does_not_list(tiny):
    manifest = json.loads((tiny / "manifest.json").read_text())
    del manifest["files"][MASTER]
    (tiny / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ZooError, match=whole(f"zoo: {tiny / MASTER} is not in the manifest. {ADVICE}")):
        master(tiny)


def test_a_corrupt_byte(tiny):
    content = bytearray((tiny / MASTER).read_bytes())
    right = zoo.sha256(tiny / MASTER)
    content[-1] ^= 1
    (tiny / MASTER).write_bytes(content)
    wrong = zoo.sha256(tiny / MASTER)
    message = (
        f"zoo: {tiny / MASTER} is damaged: its SHA-256 is {wrong[:12]}..., the manifest says {right[:12]}... {ADVICE}"
    )
    with pytest.raises(ZooError, match=whole(message)):
        master(tiny)


def test_a_manifest_of_another_version(tiny):
    manifest = json.loads((tiny / "manifest.json").read_text()) | {"version": 99}
    (tiny / "manifest.json").write_text(json.dumps(manifest))
    message = (
        f"zoo: {tiny} holds networks of version 99; this metricsuite needs 1. Install the two together, or make the networks in "
        "an empty folder: `metricsuite zoo build --directory`."
    )
    with pytest.raises(ZooError, match=whole(message)):
        master(tiny)


def test_a_file_of_another_version(tiny):
    tensors, facts = read_tensors(tiny / MASTER)
    write_tensors(tiny / MASTER, tensors, facts | {"version": 99})
    zoo_build.write_manifest(tiny)
    message = f"zoo: {tiny / MASTER} is of version 99; this metricsuite needs 1. {ADVICE}"
    with pytest.raises(ZooError, match=whole(message)):
        master(tiny)


def test_a_missing_manifest(tiny):
    (tiny / "manifest.json").unlink()
    with pytest.raises(ZooError, match=whole(f"zoo: {tiny / 'manifest.json'} is missing. {ADVICE}")):
        master(tiny)


@pytest.mark.parametrize(
    "content, error",
    [("[]", "TypeError: list indices must be integers or slices, not str"), ("{}", "KeyError: 'version'")],
)
def test_a_manifest_that_is_none(tiny, content, error):
    (tiny / "manifest.json").write_text(content)
    with pytest.raises(ZooError, match=whole(f"zoo: {tiny / 'manifest.json'} is no manifest ({error}). {ADVICE}")):
        master(tiny)


def unreadable(path):
    """What safetensors says of a file."""
    with pytest.raises(Exception) as caught, safe_open(path, "pt"):
        pass
    return f"zoo: {path} cannot be read: {caught.value}. {ADVICE}"


def test_no_safetensors_file_though_its_hash_is_right(tiny):
    bless(tiny, MASTER, b"x" * 1000)
    with pytest.raises(ZooError, match=whole(unreadable(tiny / MASTER))):
        master(tiny)


def test_a_file_of_torch_save_is_not_read(tiny):
    torch.save(read_tensors(tiny / MASTER)[0], tiny / MASTER)
    zoo_build.write_manifest(tiny)
    with pytest.raises(ZooError, match=whole(unreadable(tiny / MASTER))):
        master(tiny)


class Bomb:
    """A pickle that makes a folder when it is loaded."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_a_pickle_is_not_loaded(tiny, tmp_path):
    bless(tiny, MASTER, pickle.dumps(Bomb(tmp_path / "loaded")))
    with pytest.raises(ZooError):
        master(tiny)
    assert not (tmp_path / "loaded").exists()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("lstm", "decision", "master"), "zoo: no 'lstm' networks of 'decision'; needed one of relu and one of decision, go-nogo."),
        (("relu", "chess", "master"), "zoo: no 'relu' networks of 'chess'; needed one of relu and one of decision, go-nogo."),
        (("relu", "decision", "master", "", "late"), "zoo: no checkpoint 'late'; needed one of start, early, 0.25, 0.5, final."),
        (("relu", "go-nogo", "master", "", "0.5"), "zoo: relu go-nogo master keeps no checkpoint '0.5'; it keeps final."),
    ],
    ids=["architecture", "task", "checkpoint", "checkpoint not kept"],
)  # fmt: skip
def test_names_that_do_not_exist(tiny, arguments, message):
    with pytest.raises(CaseError, match=whole(message)):
        zoo.load(*arguments, directory=tiny)


def test_a_group_that_does_not_exist(tiny):
    with pytest.raises(CaseError, match=r"^no trained group 'novices' with the freezing ''; needed one of master, "):
        zoo.load("relu", "decision", "novices", directory=tiny)


# --- build ---


def test_a_build_makes_every_group(built):
    expected = {f"relu-{f}/{g}.safetensors" for f in CHOICES for g in GROUPS}
    assert expected == set(zoo.manifest(built))


def test_a_build_leaves_nothing_half_done(built):
    assert [] == [p.name for p in built.glob("*/*") if p.suffix not in (".safetensors", ".json")]


def test_checkpoints_are_kept_of_what_learns_the_target_of_the_decision(built):
    kept = {
        f"{f} {g}": {k.partition("/")[0] for k in read_tensors(built / f"relu-{f}/{g}.safetensors")[0]}
        for f, g in [("decision", "master"), ("decision", "pretrain"), ("decision", "master_second"), ("go-nogo", "master")]
    }  # fmt: skip
    assert {
        "decision master": set(CHECKPOINTS), "decision pretrain": {FINAL}, "decision master_second": {FINAL}, "go-nogo master": {FINAL},
    } == kept  # fmt: skip


def test_a_group_brings_those_that_it_begins_from(tmp_path):
    zoo_build.build(tmp_path, ["relu"], ["decision"], 1, ["pretrain_basic_frozen.rule"], TINY)
    assert {f"relu-decision/{g}.safetensors" for g in ("pretrain_basic", "pretrain_basic_frozen.rule")} == set(
        zoo.manifest(tmp_path)
    )


def test_a_build_alone_has_the_bits_of_one_in_processes(built, tmp_path):
    zoo_build.build(tmp_path, ["relu"], ["decision"], 1, ["master"], TINY)
    assert zoo.manifest(built)[MASTER] == zoo.manifest(tmp_path)[MASTER]


def test_what_is_there_is_not_made_again(tiny):
    before = (tiny / MASTER).stat().st_mtime_ns
    zoo_build.build(tiny, ["relu"], ["decision"], 1, recipe=TINY)
    assert before == (tiny / MASTER).stat().st_mtime_ns


def test_a_build_does_not_bless_what_is_damaged(tiny):
    (tiny / MASTER).write_bytes(b"x")
    message = (
        f"zoo build: {tiny / MASTER} is not what the manifest says, or no group of version 1. Delete it, and those that begin from "
        "it; they will be made again."
    )
    with pytest.raises(ZooError, match=whole(message)):
        zoo_build.build(tiny, ["relu"], ["decision"], 1, recipe=TINY)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((["lstm"], ["decision"], 1), "zoo build: no architecture 'lstm'; there are relu."),
        ((["relu"], ["chess", "go"], 1), "zoo build: no task 'chess', 'go'; there are decision, go-nogo."),
        ((["relu"], ["decision"], 1, ["x"]), f"zoo build: no group 'x'; there are {', '.join(GROUPS)}."),
        ((["relu"], ["decision"], 0), "zoo build: 0 processes; needed at least 1."),
    ],
    ids=["architecture", "task", "group", "processes"],
)
def test_a_build_of_what_does_not_exist(tmp_path, arguments, message):
    with pytest.raises(CaseError, match=whole(message)):
        zoo_build.build(tmp_path, *arguments, recipe=TINY)


BUILD = """
import sys
from pathlib import Path
from metricsuite.networks.zoo_build import build
from metricsuite.tests.test_zoo import SLOW
if __name__ == "__main__":
    build(Path(sys.argv[1]), ["relu"], ["decision"], 1, ["master"], SLOW)
"""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    directory = tmp_path_factory.mktemp("uninterrupted")
    zoo_build.build(directory, ["relu"], ["decision"], 1, ["master"], SLOW)
    return zoo.manifest(directory)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda how: how.name)
def test_an_interrupted_build_goes_on_to_the_same_bits(uninterrupted, tmp_path, how):
    for attempt in range(5):  # on a busy machine a build may be over before this process is woken to interrupt it
        folder = tmp_path / str(attempt)
        if interrupted(folder, how):
            break
    else:
        pytest.fail("it was never interrupted half way")
    zoo_build.build(folder, ["relu"], ["decision"], 1, ["master"], SLOW)
    assert uninterrupted == zoo.manifest(folder)


def interrupted(folder, how):
    """Start a build, stop it once it has saved a state; whether that was half way."""
    process = subprocess.Popen([sys.executable, "-c", BUILD, str(folder)], stderr=subprocess.DEVNULL)
    state = folder / "relu-decision" / "master.state"
    give_up = time.monotonic() + 60
    while not state.exists() and process.poll() is None and time.monotonic() < give_up:
        time.sleep(0.002)
    process.send_signal(how)
    process.wait(60)
    return state.exists() and not (folder / MASTER).exists()


def test_leavings_of_an_interruption_go_when_the_group_is_done(tiny):
    folder = tiny / "relu-decision"
    for name in ("master.state", "master.state.123.tmp", "master.safetensors.123.tmp"):
        (folder / name).write_bytes(b"half")
    zoo_build.build(tiny, ["relu"], ["decision"], 1, ["master"], TINY)
    assert [] == [p.name for p in folder.iterdir() if p.suffix not in (".safetensors", ".json")]


# --- processes ---


def fails(tell):
    raise CaseError("so it is.")


def dies(tell):
    os._exit(3)


def sleeps(tell):
    tell(str(os.getpid()))
    time.sleep(60)


def test_an_error_in_a_process_is_told_with_its_job():
    with pytest.raises(ZooError, match=whole("relu decision: so it is.")):
        in_processes(fails, {"relu decision": ()}, 1, print)


def test_a_process_that_dies_is_told_with_its_job():
    message = (
        "zoo: the process of relu decision died with exit code 3 (-9: killed, perhaps for want of memory). What is finished is "
        "kept; the same command goes on from there."
    )
    with pytest.raises(ZooError, match=whole(message)):
        in_processes(dies, {"relu decision": ()}, 1, print)


def test_an_interruption_ends_the_processes():
    pids = []

    def interrupt(pid):
        pids.append(int(pid))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_processes(sleeps, {"relu decision": ()}, 1, interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


# --- verify ---

AGAIN = [("relu", "decision", "pretrain_basic")]


def test_verify_finds_nothing_in_a_zoo_that_is_whole(tiny):
    assert [] == zoo_verify.verify(tiny, AGAIN, TINY)


def test_verify_tells_of_the_same_bits(tiny):
    told = []
    zoo_verify.verify(tiny, AGAIN, TINY, told.append)
    assert [
        "46 of 46 groups are there, whole, and of version 1",
        "accuracies measured again: 46 groups, 0 of their checkpoints differ",
        "training relu decision pretrain_basic again",
        "relu decision pretrain_basic, trained again in N s: the same bits",
    ] == [re.sub(r"\d+ s:", "N s:", line) for line in told]


def test_verify_finds_what_is_missing_and_what_cannot_be_trained_without_it(tiny):
    gone = tiny / "relu-decision" / "pretrain_basic.safetensors"
    gone.unlink()
    assert [
        f"zoo: {gone} is missing. {ADVICE}",
        "relu decision pretrain_basic cannot be trained again: see above",
    ] == zoo_verify.verify(tiny, AGAIN, TINY)


def test_verify_finds_strangers(tiny):
    shutil.copy(tiny / MASTER, tiny / "relu-decision" / "novices.safetensors")
    assert [f"{tiny / 'relu-decision/novices.safetensors'} is no group of the curriculum"] == zoo_verify.verify(
        tiny, [], TINY
    )


def test_verify_without_a_manifest(tiny):
    (tiny / "manifest.json").unlink()
    assert [f"zoo: {tiny / 'manifest.json'} is missing. {ADVICE}"] == zoo_verify.verify(tiny, AGAIN, TINY)


def rewrite(directory, name, **facts):
    tensors, before = read_tensors(directory / name)
    write_tensors(directory / name, tensors, before | facts)
    zoo_build.write_manifest(directory)


def test_verify_finds_a_group_in_the_place_of_another(tiny):
    rewrite(tiny, MASTER, architecture="LeakyRNN(units=9)")
    assert [
        "relu decision master: architecture is 'LeakyRNN(units=9)', needed "
        "\"LeakyRNN(units=8, nonlinearity='relu', leak=0.5)\""
    ] == zoo_verify.verify(tiny, [], TINY)


def test_verify_finds_accuracies_that_are_not_those_of_the_weights(tiny):
    rewrite(tiny, "relu-go-nogo/master.safetensors", accuracies={FINAL: [2.0, 2.0]})
    (found,) = zoo_verify.verify(tiny, [], TINY)
    start = "relu go-nogo master final: the stored accuracies and those measured again differ by up to "
    assert re.fullmatch(rf"{start}\d\.\d{{4}}, allowed 0\.0078", found)


@pytest.fixture
def other_weights(tiny):
    """A zoo whose pretrain_basic is not what its training makes, though hashes and accuracies on the target are right."""
    name = "relu-decision/pretrain_basic.safetensors"
    tensors, facts = read_tensors(tiny / name)
    tensors = {k: -v for k, v in tensors.items()}
    weights = {k.partition("/")[2]: v.float() for k, v in tensors.items()}
    facts["accuracies"] = {FINAL: zoo.measure(TINY.architectures["relu"], "decision", weights)}
    write_tensors(tiny / name, tensors, facts)
    zoo_build.write_manifest(tiny)
    return tiny


def test_verify_finds_weights_that_training_does_not_make(other_weights):
    found = zoo_verify.verify(other_weights, AGAIN, TINY)
    start = "relu decision pretrain_basic, trained again: hidden states differ by "
    assert [start + "X of their norm, allowed 0.1"] == [re.sub(r"by \S+ of", "by X of", line) for line in found]


def test_verify_allows_other_bits_within_its_tolerance(tiny):
    name = "relu-decision/pretrain_basic.safetensors"
    tensors, facts = read_tensors(tiny / name)
    write_tensors(tiny / name, {k: v * (1 + 2**-10) for k, v in tensors.items()}, facts)  # one bit of float16
    zoo_build.write_manifest(tiny)
    told = []
    assert ([], True) == (zoo_verify.verify(tiny, AGAIN, TINY, told.append), "other bits" in told[-1])


def test_verify_of_a_group_that_does_not_exist(tiny):
    with pytest.raises(CaseError, match=r"^zoo verify: no relu decision novices; needed one of relu, one of decision"):
        zoo_verify.verify(tiny, [("relu", "decision", "novices")], TINY)


# --- the command ---


def command(*words):
    parser = argparse.ArgumentParser()
    zoo_command.add_arguments(parser)
    return zoo_command.run(parser.parse_args(words), TINY)


def test_the_command_builds_and_tells_what_it_made(tiny, capsys):
    assert 0 == command("build", "--architecture", "relu", "--task", "decision", "--directory", str(tiny))
    size = sum(p.stat().st_size for p in tiny.glob("*/*.safetensors")) / 1e6
    wanted = (
        re.escape(f"networks go to {tiny}\n") + r"(.|\n)+\nmaster_frozen\.rule +0\.\d\d +0\.\d\d\n(.|\n)+\n"
        r"relu +\d+\.\d min of training, \d+ MB at most\n"
        + re.escape(f"46 files, {size:.1f} MB, in {tiny}; this run took 0.")
        + r"\d min\n"
    )
    assert re.fullmatch(wanted, capsys.readouterr().out)


def test_the_command_tells_of_an_interruption(tiny, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(zoo_command, "build", interrupted)
    code = command("build", "--directory", str(tiny))
    said = "\ninterrupted; what is finished is kept, and the same command goes on from there.\n"
    assert (130, said) == (code, capsys.readouterr().err)


def test_the_command_does_not_build_into_an_installed_package(tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "DIRECTORY", tmp_path / "metricsuite" / "networks" / "weights")
    message = f"zoo build: metricsuite is installed in {tmp_path / 'metricsuite'}, which is no checkout; needed --directory DIR."
    with pytest.raises(CaseError, match=whole(message)):
        command("build")


@pytest.mark.parametrize("damaged, code, last", [(False, 0, "the zoo is what it says"), (True, 1, "1 differences")])
def test_the_command_verifies(tiny, capsys, damaged, code, last):
    if damaged:
        (tiny / "relu-go-nogo" / "master.safetensors").unlink()
    assert (code, last) == (command("verify", "--directory", str(tiny)), capsys.readouterr().out.splitlines()[-1])


# --- the networks that come with the package ---


def test_the_zoo_is_complete():
    expected = {f"{a}-{f}/{g}.safetensors" for a in zoo.ARCHITECTURES for f in CHOICES for g in GROUPS}
    assert [] == sorted(expected ^ set(zoo.manifest()))


def test_the_zoo_is_under_40_megabytes():
    assert 40e6 > sum(p.stat().st_size for p in zoo.DIRECTORY.glob("*/*.safetensors"))


def test_stored_accuracies_are_those_of_the_stored_weights():
    """Of two networks of every stored group; `metricsuite zoo verify` measures all, at every checkpoint."""
    wrong, two = {}, [0, -1]
    for name in zoo.manifest():
        folder, _, file = name.removesuffix(".safetensors").partition("/")
        (architecture, _, family), group = folder.partition("-"), GROUPS[file]
        networks = zoo.load(architecture, family, group.name, group.freezing)
        measured = zoo.measure(networks.architecture, family, select(networks.weights, two))
        if not np.abs(np.subtract(measured, [networks.accuracies[i] for i in two])).max() <= zoo_verify.ACCURACY:
            wrong[name] = measured
    assert {} == wrong
