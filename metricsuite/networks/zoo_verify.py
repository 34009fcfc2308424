"""Is the zoo what it says? Hashes, versions, gaps; accuracies measured again; a group trained again.

What is trained again has the same bits on a machine whose torch adds in the same order. On another it has not: then accuracies are held
against the stored ones within `RETRAINED`, hidden states within `STATES`. Training is a chaotic map of its rounding, so states are held only
where it was short. Measured by moving the start by 1.2e-7 of itself, which is rounding: after a median of 42 updates (relu, decision,
pretrain_basic) accuracies of what was learned moved by .0002 in the mean and states by 2e-4 in the median; after 25 (gru) by 0 and less than 1e-4;
after 217 (relu, pretrain_delay) by .004 and .77, which is no longer told from another network (1.1 to 1.4).

The distance of hidden states is |H - H'| / |H'|, Frobenius, of the same network on the same trials. No metric is needed for it, which
networks may not import, and it is stricter than Procrustes: that takes the least of the same norm over all rotations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from metricsuite.errors import CaseError, ZooError
from metricsuite.networks import zoo
from metricsuite.networks.architecture import Architecture, Weights
from metricsuite.networks.curriculum import GROUPS, Group, put_together
from metricsuite.networks.tasks import CHOICES
from metricsuite.networks.training import FINAL
from metricsuite.networks.zoo_build import RECIPE, Recipe, begin, stored, train_group
from metricsuite.threads import one_torch_thread

ACCURACY = 2 / 256  # of one stored network: another processor may round two of 256 trials across the border
RETRAINED = 0.05  # of the mean accuracy of a group trained again to other bits
STATES = 0.1  # the median distance between the states of a network and of itself trained again to other bits,
SHORT = 60  # held where the median network needed no more updates than this
QUICK = ("relu", "decision", "pretrain_basic")  # what is trained again unless others are asked for

Tell = Callable[[str], None]


def verify(
    directory: Path = zoo.DIRECTORY,
    again: Sequence[tuple[str, str, str]] = (QUICK,),
    recipe: Recipe = RECIPE,
    tell: Tell = lambda text: None,
) -> list[str]:
    """Check the zoo.

    Parameters
    ----------
    directory : Path
    again : sequence of (architecture, family, file name of a group)
        What to train again.
    recipe : Recipe
    tell : callable
        Told what was found, line by line, and what is being done.

    Returns
    -------
    list of str
        What differs; empty where all is well.

    Raises
    ------
    CaseError
        A name that does not exist.
    """
    for architecture, family, name in again:
        if architecture not in zoo.ARCHITECTURES or family not in CHOICES or name not in GROUPS:
            raise CaseError(
                f"zoo verify: no {architecture} {family} {name}; needed one of {', '.join(zoo.ARCHITECTURES)}, one of "
                f"{', '.join(CHOICES)} and one of {', '.join(GROUPS)}."
            )
    try:
        listed = zoo.manifest(directory)
    except ZooError as error:
        return [str(error)]
    differences = []
    sound = []
    for architecture, family, group in _every_group():
        found = list(_differences_of_file(directory, architecture, family, group))
        differences += found
        sound += [(architecture, family, group)] if not found else []
    differences += _strangers(directory, listed)
    tell(f"{len(sound)} of {sum(1 for _ in _every_group())} groups are there, whole, and of version {zoo.VERSION}")

    usable = [key for key in sound if not key[2].start or (*key[:2], GROUPS[key[2].start]) in sound]
    remeasured = [d for key in usable for d in _differences_of_accuracies(directory, *key, tell)]
    tell(f"accuracies measured again: {len(usable)} groups, {len(remeasured)} of their checkpoints differ")
    differences += remeasured
    for architecture, family, name in again:
        if (architecture, family, GROUPS[name]) in usable:
            differences += _differences_of_training(directory, architecture, family, GROUPS[name], recipe, tell)
        else:
            differences.append(f"{architecture} {family} {name} cannot be trained again: see above")
    return differences


def _every_group() -> Iterator[tuple[str, str, Group]]:
    return ((a, f, g) for a in zoo.ARCHITECTURES for f in CHOICES for g in GROUPS.values())


def _differences_of_file(directory: Path, architecture: str, family: str, group: Group) -> Iterator[str]:
    try:
        _, facts = zoo.read(directory, architecture, family, group.file)
    except ZooError as error:
        yield str(error)
        return
    needed = {
        "architecture": repr(zoo.ARCHITECTURES[architecture]),
        "family": family,
        "group": group.name,
        "freezing": group.freezing,
        "start": group.start or "untrained",
        "learned": list(group.variants),
    }
    for what, expected in needed.items():
        if facts.get(what) != expected:
            yield f"{architecture} {family} {group.file}: {what} is {facts.get(what)!r}, needed {expected!r}"
    if list(facts.get("accuracies", ())) != list(stored(family, group)):
        yield f"{architecture} {family} {group.file}: it keeps {list(facts.get('accuracies', ()))}, needed {list(stored(family, group))}"


def _strangers(directory: Path, listed: dict[str, str]) -> Iterator[str]:
    known = {f"{a}-{f}/{g.file}.safetensors" for a, f, g in _every_group()}
    there = {f"{path.parent.name}/{path.name}" for path in directory.glob("*/*.safetensors")}
    for name in sorted((there | set(listed)) - known):
        yield f"{directory / name} is no group of the curriculum"


def _differences_of_accuracies(
    directory: Path, architecture: str, family: str, group: Group, tell: Tell
) -> Iterator[str]:
    for checkpoint in stored(family, group):
        networks = zoo.load(architecture, family, group.name, group.freezing, checkpoint, directory)
        measured = zoo.measure(networks.architecture, family, networks.weights)
        worst = np.abs(np.subtract(measured, networks.accuracies)).max()
        if not worst <= ACCURACY:
            yield (
                f"{architecture} {family} {group.file} {checkpoint}: the stored accuracies and those measured again differ by up to "
                f"{worst:.4f}, allowed {ACCURACY:.4f}"
            )


def _differences_of_training(
    directory: Path, architecture: str, family: str, group: Group, recipe: Recipe, tell: Tell
) -> Iterator[str]:
    what = f"{architecture} {family} {group.file}"
    tell(f"training {what} again")
    stored_tensors, stored_facts = zoo.read(directory, architecture, family, group.file)
    tensors, facts, log = train_group(directory, architecture, family, group, recipe=recipe)
    if tensors.keys() == stored_tensors.keys() and all(torch.equal(v, stored_tensors[k]) for k, v in tensors.items()):
        tell(f"{what}, trained again in {log['seconds']:.0f} s: the same bits")
        return
    kind, start = recipe.architectures[architecture], begin(directory, architecture, family, group, recipe)
    before, after = (_final(t, start, group) for t in (stored_tensors, tensors))
    learned = [np.mean(list(f["of_what_it_learned"].values())) for f in (stored_facts, facts)]
    accuracy = abs(float(learned[0] - learned[1]))
    distances = distances_of_states(kind, family, group.variants[0], after, before)
    apart = float(np.median(distances))
    short = np.median(stored_facts["updates"][FINAL]) <= SHORT
    tell(
        f"{what}, trained again in {log['seconds']:.0f} s: other bits (another processor or torch); accuracy of what was learned "
        f"{learned[0]:.3f} stored, {learned[1]:.3f} now, allowed {RETRAINED:g} apart; states {apart:.2g} apart in the median, "
        + (f"allowed {STATES:g}" if short else f"not held: after more than {SHORT} updates they tell nothing")
    )
    if not accuracy <= RETRAINED:
        yield f"{what}, trained again: accuracy of what it learned differs by {accuracy:.3f}, allowed {RETRAINED:g}"
    if short and not apart <= STATES:
        yield f"{what}, trained again: hidden states differ by {apart:.3g} of their norm, allowed {STATES:g}"


@one_torch_thread()
@torch.no_grad()
def distances_of_states(
    kind: Architecture, family: str, variant: str, a: Weights, b: Weights, n: int = 64
) -> tuple[float, ...]:
    """|H_a - H_b| / |H_b|, Frobenius, for each network: H its hidden states on n fixed trials. 0 for the same."""
    inputs = torch.from_numpy(zoo.fixed_trials(family, variant, n).inputs)[None]
    states = [kind.run(weights, inputs).states.flatten(1).double() for weights in (a, b)]
    return tuple(((states[0] - states[1]).norm(dim=1) / states[1].norm(dim=1)).tolist())


def _final(tensors: Weights, start: Weights, group: Group) -> Weights:
    trained = {k.partition("/")[2]: v.float() for k, v in tensors.items() if k.startswith(f"{FINAL}/")}
    return put_together(trained, start, group.freezing)
