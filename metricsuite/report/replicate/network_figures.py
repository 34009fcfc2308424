"""What Guilhot et al. 2024 report on networks that learned, and the statements that are read from it.

Figures are mean distances to the master after learning. Recurrent networks: leaky RNN and leaky GRU together, their "CKA" and
"Procrustes" angles over pi / 2, their "DSA" an angle in radians. The curves over learning and the 10 x 10 matrices are drawn there, not printed.
"""

from __future__ import annotations

from dataclasses import dataclass

LADDER = ("untrained", "master_frozen", "partial", "full", "full unfrozen")  # as the figures below are ordered
LEARNED: dict[str, tuple[float, ...]] = {  # role: distance to the master, recurrent networks
    "dsa": (0.61, 0.43, 0.32, 0.27, 0.31),
    "cka": (0.43, 0.42, 0.39, 0.40, 0.40),
    "procrustes": (0.44, 0.41, 0.40, 0.41, 0.42),
}
LEARNED_MAMBA = (0.46, 0.61, 0.43, 0.47, 0.45)  # DSA
STEPS = (("untrained", "master_frozen"), ("master_frozen", "partial"), ("partial", "full"))
PARTIAL = ("pretrain_basic", "pretrain_anti", "pretrain_delay", "pretrain_basic_anti", "pretrain_basic_delay")


@dataclass(frozen=True)
class StepStatement:
    """That one kind of network lies farther from its masters than the next, by DSA."""

    farther: str
    nearer: str

    @property
    def text(self) -> str:
        return f"{IN_WORDS[self.farther].capitalize()} are farther from masters than {IN_WORDS[self.nearer]}, by DSA"

    @property
    def published(self) -> tuple[float, float]:
        """Both figures."""
        figures = dict(zip(LADDER, LEARNED["dsa"], strict=True))
        return figures[self.farther], figures[self.nearer]


IN_WORDS = {
    "untrained": "untrained networks",
    "master_frozen": "networks frozen untrained",
    "partial": "networks frozen after some parts",
    "full": "networks frozen after all parts",
}
STEP_STATEMENTS = tuple(StepStatement(*step) for step in STEPS)
GEOMETRY_STATEMENTS = {
    "cka": "CKA does not show that order: untrained > master_frozen > partial > full",
    "procrustes": "Procrustes does not show that order: untrained > master_frozen > partial > full",
}
MAMBA_STATEMENT = "Learning does not change the recurrent dynamics of Mamba, by DSA"
OVER_LEARNING_STATEMENT = "Over learning, networks come nearer to the master's matched checkpoint, by DSA"
