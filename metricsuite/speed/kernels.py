"""Reference kernels: work that does not change between versions, one for each kind of work that a metric does.

Each kernel takes some milliseconds on one core. A time divided by the kernel of its kind moves less from machine to machine than the
time itself. It still moves, since two machines differ in more than one respect, which is why stored ratios warn and never fail.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Kernel = Callable[[], object]


def blas() -> Kernel:
    """A product (200 x 2000)(2000 x 200), and the SVD of a matrix 60 x 60."""
    rng = np.random.default_rng(0)
    tall, square = rng.normal(size=(2000, 200)), rng.normal(size=(60, 60))
    return lambda: (tall.T @ tall, np.linalg.svd(square))


def python() -> Kernel:
    """A loop of 50,000 turns over numbers and a dictionary, and 500 calls of numpy on three numbers."""
    three = np.arange(3.0)

    def loop() -> dict[int, int]:
        seen: dict[int, int] = {}
        for k in range(50_000):
            seen[k % 97] = seen.get(k % 97, 0) + k
        for _ in range(500):
            np.add(three, three)
        return seen

    return loop


def memory() -> Kernel:
    """A copy of 32 MB to a place that is there already."""
    source = np.ones(4_000_000)
    target = np.empty_like(source)
    return lambda: np.copyto(target, source)


KERNELS: dict[str, Callable[[], Kernel]] = {"blas": blas, "python": python, "memory": memory}
