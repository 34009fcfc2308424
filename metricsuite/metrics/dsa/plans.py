"""How much to search for the best rotation of two operators: starts, rounds of descent, and the finish, by their size."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How many starts of which kind, and how many of them go on after how many steps of descent."""

    starts: int  # that match planes
    mirrored: int  # of these, in the other component of O(n)
    rounds: tuple[tuple[int, int], ...]  # (steps, how many go on)
    steps: int  # of the finish in double precision, at most
    tolerance: float  # gradient norm that ends it
    random: int = 0  # further starts, uniform on O(n)
    head_start: int = 10  # steps that these take first, since they come from further away


def plan_for(n: int) -> Plan:
    """Chosen on operators of simulated systems that no test and no comparison scores.

    A start that is dropped before it has found the valley that it will end in tells nothing, and valleys grow longer with n.
    """
    if n <= 12:
        return Plan(10, 4, ((15, 8), (15, 4), (20, 1)), 120, 1e-8, random=10)
    if n <= 32:
        return Plan(8, 3, ((16, 6), (16, 3), (16, 1)), 200, 1e-7, random=7)
    if n <= 70:
        return Plan(4, 2, ((60, 5), (60, 2), (60, 1)), 40, 1e-7, random=6, head_start=20)
    return Plan(3, 1, ((50, 2), (60, 1), (40, 1)), 20, 1e-7, random=3, head_start=20)
