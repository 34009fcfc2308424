"""`metricsuite replicate`: published statements beside what stands here, from certificates and the distances beside them.

Each statement has three lines: the published figures; ours in the published design, remade (`published_design.py`); ours in the
strict one, read from certificates: the same systems for all metrics, samples paired for those that need pairs, figures that no floor
enters. (On networks that learned both are measured here: `network_design.py`.) The last two end in a word. No word is a verdict, and no claim is held against it: the command exits 0 whatever comes out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.distances import Distances
from metricsuite.errors import CertificateError
from metricsuite.registry import load_metric
from metricsuite.report.replicate.network_blocks import ladder_grids, network_blocks
from metricsuite.report.replicate.network_notes import network_notes, plan_in_words
from metricsuite.report.replicate.network_stored import FILE, make_networks, read_networks
from metricsuite.report.replicate.published_design import DRAWS, read_published, remake, write_published
from metricsuite.report.replicate.published_figures import FIGURES, ROLES, STATEMENTS, Statement, published_gap
from metricsuite.report.replicate.sources import Stored, read_folder, same_systems
from metricsuite.report.replicate.statistics import (
    Advantage,
    Statistic,
    advantage,
    along,
    mean_of,
    moved_ratio,
    rank_correlations,
    separation,
)
from metricsuite.report.replicate.table import Block, Line, as_markdown, as_text

Read = Callable[[Distances], Statistic]


@dataclass(frozen=True)
class Strict:
    """What the strict design reads of one case. The margin is a tenth of what the case's criterion asks for."""

    design: str
    verdict: str
    what: str
    read: Read
    margin: float
    larger_is_better: bool
    along: bool = False  # whether the same is read at every level


def at(level: float) -> Read:
    """The ratio that `withstands` reads at one level."""
    return lambda distances: moved_ratio(distances, level)


def auc_lost(distances: Distances) -> Statistic:
    """AUC at the first level of a Sweep of contrasts, less that at the last."""
    clean, noisy = (separation(distances.at(p)) for p in (min(distances.positions), max(distances.positions)))
    return lambda weights: clean(weights) - noisy(weights)


STRICT: dict[str, tuple[Strict, ...]] = {
    "noise": (
        Strict("strict", "test_noise/test_withstands_observation_noise", "moved at noise 0.2, of families", at(0.2), 0.025, False, True),
        Strict(
            "strict, by rank", "test_ring_line/test_tells_a_ring_from_a_cut_ring_through_noise[same-input]",
            "AUC ring/cut ring lost at noise 0.5", auc_lost, 0.02, False,
        ),
    ),
    "mixing": (
        Strict("strict", "test_noise/test_withstands_a_second_pattern", "moved at share 0.25, of families", at(0.25), 0.025, False, True),
    ),
    "families": (
        Strict("strict", "test_lorenz/test_tells_rest_focus_and_chaos_apart[same-start]", "AUC, across against within", separation, 0.02, True),
    ),
    "motifs": (
        Strict(
            "strict", "test_motifs/test_the_fewer_motifs_are_shared_the_farther[same-phase]", "Spearman's rho, not shared: distance",
            lambda d: mean_of(rank_correlations(d)), 0.05, True,
        ),
    ),
}  # fmt: skip
GAPS = {
    "noise": "gap, noise 0.004 to 0.001",
    "mixing": "gap, share 1 to 0.25",
    "families": "gap, across less within",
    "motifs": "distance at 1, 2, 3 of 3 shared",
}
LARGER = ("families", "motifs")  # a larger figure is the better one
SHOWN = {"dsa": "DSA", "cka": "CKA", "procrustes": "Procrustes"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``metricsuite replicate``."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `pytest cases --certificate DIR` wrote")
    parser.add_argument(
        "--published",
        action="store_true",
        help="remake the published design (a minute or two), into DIR/published.json",
    )
    parser.add_argument(
        "--networks",
        action="store_true",
        help="compare the networks of the zoo, in the published design and in ours (about five minutes), into DIR/networks.json",
    )
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="also write one HTML page with pictures (needs metricsuite[plots])"
    )
    parser.add_argument("--dsa", default="dsa", metavar="NAME", help="the metric that stands for DSA (default: dsa)")
    parser.add_argument(
        "--cka", default="cka-angular", metavar="NAME", help="for CKA (default: cka-angular, as published)"
    )
    parser.add_argument(
        "--procrustes", default="procrustes", metavar="NAME", help="for Procrustes (default: procrustes)"
    )
    parser.add_argument("--markdown", action="store_true", help="as Markdown tables")


def run(args: argparse.Namespace) -> int:
    """Print the table; 0 whatever it says."""
    names = {role: getattr(args, role) for role in ROLES}
    stored = read_folder(args.folder, names.values())
    path = args.folder / "published.json"
    if args.published:
        write_published(path, remake(range(DRAWS)))
    made = read_published(path) if path.is_file() else None
    found = networks(args.folder / FILE, names, args.networks)
    blocks = [block(statement, names, stored, made, args.folder) for statement in STATEMENTS] + network_blocks(found)
    grids = ladder_grids(found) if found is not None else []
    said = notes(names, stored, made, args.folder) + (network_notes(found, names) if found is not None else [])
    print("\n".join((as_markdown if args.markdown else as_text)([*blocks, *grids], said)))
    if args.page is not None:
        from metricsuite.report.replicate.page import page_of, write_page

        write_page(args.page, page_of(blocks, grids, said, found))
    return 0


def networks(path: Path, names: Mapping[str, str], again: bool) -> dict[str, Any] | None:
    """Distances between networks, measured if `again`, else as stored; None where there are none."""
    if not again and not path.is_file():
        return None
    metrics = {role: load_metric(name) for role, name in names.items()}
    if again:
        print(plan_in_words(), file=sys.stderr)
        make_networks(path, metrics, lambda text: print(f"networks: {text}", file=sys.stderr, flush=True))
    return read_networks(path, metrics)


def block(
    statement: Statement, names: Mapping[str, str], stored: Mapping[str, Stored], made: dict[str, Any] | None, folder: Path
) -> Block:  # fmt: skip
    """A statement and its lines."""
    strict = [strict_line(s, statement.other, names, stored, folder) for s in STRICT[statement.quantity]]
    return Block(
        statement.text, SHOWN[statement.other], (published_line(statement), remade_line(statement, made), *strict)
    )


def published_line(statement: Statement) -> Line:
    """The figures as printed, and their difference; they come from one draw, so that no interval can be given."""
    quantity, other = statement.quantity, statement.other
    one, two = published_gap(quantity, "dsa"), published_gap(quantity, other)
    if one is None or two is None:
        figures = ", ".join(f"{v:.3f}" for v in FIGURES[quantity]["dsa"])
        return Line("published", GAPS[quantity], note=f"DSA {figures}; {SHOWN[other]} is drawn, not printed")
    sign = 1 if quantity in LARGER else -1
    ends = {r: FIGURES[quantity][r] for r in ("dsa", other)}
    note = (
        "; ".join(f"{SHOWN[r]} {w:g} within, {a:g} across" for r, (w, a) in ends.items())
        if quantity == "families"
        else ""
    )
    return Line("published", GAPS[quantity], one, two, difference=sign * (one - two), note=note)


def remade_line(statement: Statement, made: dict[str, Any] | None) -> Line:
    """Ours in the published design; the margin is a tenth of the smallest gap that was published."""
    quantity, other = statement.quantity, statement.other
    if quantity == "motifs":
        return Line("published design", GAPS[quantity], note="not remade: 1770 pairs of rank 50 a draw")
    if made is None:
        return Line("published design", GAPS[quantity], note="not remade yet: add --published")
    sign = 1 if quantity in LARGER else -1
    drawn = {r: np.array(made["metrics"][r][quantity]) for r in ("dsa", other)}
    gaps = {r: sign * (d[:, 1] - d[:, 0]) for r, d in drawn.items()}
    margin = min(abs(published_gap(quantity, r) or np.inf) for r in ROLES) / 10
    found = advantage(
        mean_of(gaps["dsa"]),
        mean_of(gaps[other]),
        ["draw"] * len(gaps["dsa"]),
        margin,
        larger_is_better=quantity in LARGER,
    )
    ends = {r: d.mean(0) for r, d in drawn.items()}
    if quantity == "families":
        note = "; ".join(f"{SHOWN[r]} {a:.3f} within, {b:.3f} across" for r, (a, b) in ends.items())
    else:
        note = "; ".join(f"{SHOWN[r]} from {a:.3f} to {b:.3f}" for r, (a, b) in ends.items())
    if quantity == "mixing":  # a small gap between two large distances is no robustness
        clean = {r: np.array(made["metrics"][r]["noise"])[:, 1].mean() for r in drawn}
        note += "; unmixed, " + ", ".join(f"{SHOWN[r]} {d:.3f}" for r, d in clean.items())
    return line_of("published design", GAPS[quantity], found, note)


def strict_line(
    strict: Strict, other: str, names: Mapping[str, str], stored: Mapping[str, Stored], folder: Path
) -> Line:  # fmt: skip
    """Ours in the strict design, from two certificates; or what is missing."""
    both = [names["dsa"], names[other]]
    absent = [name for name in both if name not in stored]
    if absent:
        return Line(strict.design, strict.what, note=f"no certificate of {', '.join(absent)}")
    first, second = (stored[name].distances(strict.verdict) for name in both)
    if first is None or second is None:
        lacking = ", ".join(n for n, d in zip(both, (first, second), strict=True) if d is None)
        return Line(strict.design, strict.what, note=f"no distances of {lacking} for {strict.verdict}")
    if not same_systems(first, second):
        raise CertificateError(
            f"{stored[both[0]].folder} and {stored[both[1]].folder} hold distances of different systems for {strict.verdict}; needed the "
            f"same. Run both metrics again: pytest cases --certificate {folder}"
        )
    strata = strata_of(first)
    found = advantage(strict.read(first), strict.read(second), strata, strict.margin, strict.larger_is_better)
    note = ""
    if strict.along:
        words: dict[str, list[str]] = {}
        for level in along(first):
            one, two = moved_ratio(first, level), moved_ratio(second, level)
            word = advantage(one, two, strata, strict.margin, strict.larger_is_better).word
            words.setdefault(word, []).append(f"{level:g}")
        note = "at all levels: " + "; ".join(f"{word} at {', '.join(levels)}" for word, levels in words.items())
    return line_of(strict.design, strict.what, found, note)


def strata_of(distances: Distances) -> list[str]:
    """One label for each independent unit: its class, or nothing where a Sweep has none."""
    units = dict(zip(distances.blocks, distances.labels, strict=True))
    return [units[b] for b in sorted(units)]


def line_of(design: str, what: str, found: Advantage, note: str) -> Line:
    """A line from a difference with bounds; where it is none, it says so."""
    note = "; ".join(filter(None, [f"no difference, within {found.margin:g}" if found.none else "", note]))
    return Line(design, what, found.first, found.second, found.value, (found.low, found.high), found.word, note)


def notes(
    names: Mapping[str, str], stored: Mapping[str, Stored], made: dict[str, Any] | None, folder: Path
) -> list[str]:
    """Settings, seeds, and how the designs differ; then what is missing, and what to run."""
    suite = next(iter(stored.values())).certificate.body["suite"]
    setting = stored[names["dsa"]].certificate.body["metric"]["setting"] if names["dsa"] in stored else {}
    at_setting = f" at {', '.join(f'{k} {v}' for k, v in setting.items())}" if setting else ""
    lines = []
    if made is not None:
        s, seeds = made["settings"], made["seeds"]
        lines.append(
            f"published design: {len(seeds)} draws (seeds {seeds[0]} to {seeds[-1]}) of Lorenz systems in Euler steps, {s['trials']} trials of "
            f"{s['steps']} steps, each scaled into [0, 1]. Trials start anywhere: unpaired in families, the same in two noisy takes. DSA: "
            f"n_delays 33, delay_interval 6, rank {s['dsa']['rank'][0]} in families and {s['dsa']['rank'][1]} under noise, in radians; CKA and "
            "Procrustes: angles over pi / 2. Absolute gaps, whatever floor they stand on."
        )
    lines += [
        f"strict: cases of suite {suite['version']}, {suite['seeds']} seeds of the {suite['seed_set']} set; {', '.join(names.values())}; "
        f"{names['dsa']}{at_setting}. The same systems for all, samples paired. Figures without a floor: movement as a part of the distance "
        "between Lorenz families, AUC, or rank correlation. By movement, metrics compare only where they are linear in it: an angle, not 1 - CKA.",
        "advantage of DSA: positive where the statement says so; one-sided 99 % bounds on either side, over 2,000 resamples of the seeds (of "
        "systems, for AUC), the same ones for both metrics.",
        "holds: the whole interval lies above 0. does not hold: it lies below 0, or within the margin of 0 (a tenth of what the case's criterion "
        "asks for, .025 of the distance between families, .02 of AUC, .05 of rho; in the published design a tenth of the smallest gap published). "
        "Else undecided. None of this is a verdict on a claim.",
    ]
    lines += [
        f"missing: {name}. Run: pytest cases --metric {name} --certificate {folder}"
        for name in names.values()
        if name not in stored
    ]
    return lines
