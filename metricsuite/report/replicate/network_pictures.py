"""Pictures of distances between networks: after learning, over learning, and between all groups; with the figures in them as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metricsuite.networks.curriculum import FREEZINGS, PUBLISHED
from metricsuite.report.replicate.network_blocks import RECURRENT, Reading, along_learning
from metricsuite.report.replicate.network_design import ACROSS, ALONG
from metricsuite.report.replicate.network_figures import LADDER, LEARNED, LEARNED_MAMBA
from metricsuite.report.replicate.pictures import Curve, Heat, Panel, Picture, curves, matrices
from metricsuite.report.replicate.table import Grid
from metricsuite.report.show.plots import PALETTE

Found = Mapping[str, Any]
NAMES = {"dsa": "DSA", "cka": "CKA", "procrustes": "Procrustes"}
DESIGNS = {"published": "published design", "strict": "strict"}
COLOURS = {"relu": PALETTE[0], "gru": PALETTE[1], "mamba": PALETTE[2]}
STYLES = {"input": "-", "rule": "-."}
PLACES = {"start": "before", "final": "after"}


def after_learning(found: Found, design: str, mamba: bool) -> Picture:
    """Distance to masters, kind by kind, one panel a role."""
    architectures = ("mamba",) if mamba else RECURRENT
    panels, told = [], []
    for role in found["master"]:
        drawn: list[Curve] = []
        floors: list[Curve] = []
        if design == "published" and (role == "dsa" or not mamba):
            drawn.append(Curve("published", LEARNED_MAMBA if mamba else LEARNED[role], style="--"))
        for architecture in architectures:
            for freezing in FREEZINGS if design == "strict" else ("input",):
                reading = Reading(design, (architecture,), freezing, "same")
                values = [reading.to_master(found, role, kind) for kind in LADDER]
                if not len(values[0]):
                    continue
                label = f"{architecture}, learns {freezing}" if design == "strict" else architecture
                drawn.append(Curve(label, [float(v.mean()) for v in values], COLOURS[architecture], STYLES[freezing]))
                if freezing == "input":
                    floors += [
                        Curve(f"{architecture}, {of} of other seeds", [float(f.mean())], COLOURS[architecture], style)
                        for of, style, f in zip(
                            ("masters", "untrained"), (":", "--"), reading.floors(found, role), strict=True
                        )
                    ]
        panels.append(Panel(NAMES[role], LADDER, drawn, floors))
        told += [f"{NAMES[role]}, {c.label}: {', '.join(f'{v:.3f}' for v in c.values)}" for c in drawn]
    alt = f"Mean distance to masters after learning, {DESIGNS[design]}, over {', '.join(LADDER)}. {'; '.join(told)}."
    return curves([panels], "distance to masters", alt)


def over_learning(found: Found, design: str) -> Picture:
    """Distance to the master's checkpoint of that name, one row an architecture, one column a role."""
    kinds = ("master_frozen", "partial", "full", "full unfrozen")
    rows, told = [], []
    for architecture in found["learning"]["dsa"][design]:
        row = []
        for role in found["learning"]:
            drawn = [
                Curve(k, along_learning(found, role, design, architecture, k).mean(1).tolist(), colour)
                for k, colour in zip(kinds, PALETTE, strict=False)
            ]
            row.append(Panel(f"{NAMES[role]}, {architecture}", [PLACES.get(c, c) for c in ALONG], drawn))
            told += [
                f"{NAMES[role]}, {architecture}, {c.label}: {c.values[0]:.3f} to {c.values[-1]:.3f}" for c in drawn
            ]
        rows.append(row)
    alt = f"Mean distance to the master's matched checkpoint over learning, {DESIGNS[design]}. {'; '.join(told)}."
    return curves(rows, "distance to master", alt)


def group_heats(found: Found, role: str) -> list[list[Heat]]:
    """The 10 x 10 matrices of a role: one row a design and freezing, one column an architecture."""
    short = [name.replace("pretrain_", "pre_").replace("_frozen", "_fr") for name in PUBLISHED]
    rows: list[list[Heat]] = []
    for design, freezing in (("published", "input"), *(("strict", f) for f in FREEZINGS)):
        row = [
            Heat(f"{architecture}, {DESIGNS[design]}, learns {freezing}", of[freezing], short, short)
            for architecture, of in found["matrices"][role][design].items()
            if freezing in of
        ]
        if row:
            rows.append(row)
    return rows


def across_heats(found: Found, role: str) -> list[list[Heat]]:
    """The matrices of two architectures: one row a design, one column a couple."""
    names = [name.replace("pretrain_frozen.input", "full") for name in ACROSS]
    rows: list[list[Heat]] = []
    for design, of in found["across"][role].items():
        row = [
            Heat(
                f"{couple}, {DESIGNS[design]}",
                matrix,
                [f"{couple.partition('-')[0]} {n}" for n in names],
                [f"{couple.partition('-')[2]} {n}" for n in names],
            )
            for couple, matrix in of.items()
        ]
        if row:
            rows.append(row)
    return rows


def heat_picture(heats: list[list[Heat]], what: str) -> Picture:
    """Matrices as a picture; its text says how far the numbers go, and that they stand below."""
    told = []
    for heat in (h for row in heats for h in row):
        values = [v for row in heat.matrix for v in row]
        told.append(f"{heat.title}: {min(values):.3f} to {max(values):.3f}")
    return matrices(heats, f"{what}. {'; '.join(told)}. The numbers are in the tables below.")


def heat_grid(heat: Heat) -> Grid:
    """A matrix as a table."""
    rows: list[tuple[str | float | None, ...]] = [(n, *row) for n, row in zip(heat.rows, heat.matrix, strict=True)]
    return Grid(heat.title, ("", *heat.columns), tuple(rows))
