"""Moves labels apart: the positions nearest to those wanted that keep a gap."""

from __future__ import annotations

from collections.abc import Sequence


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions within low..high, at least `gap` apart, in the order of those wanted.

    Of all such positions these have the least sum of squared moves. Where the range is too short for the
    gap, the labels are spread evenly over it.
    """
    count = len(wanted)
    if count == 0:
        return []
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda index: wanted[index])
    # Less the gaps before them, the positions need only ascend: a regression by pooling neighbours that
    # violate the order. Cutting its result off at the bounds keeps it the best within them.
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        mean, size = wanted[index] - rank * gap, 1
        while pools and pools[-1][0] > mean:
            before, members = pools.pop()
            mean, size = (before * members + mean * size) / (members + size), size + members
        pools.append((mean, size))
    placed = [0.0] * count
    rank = 0
    for mean, size in pools:
        for _ in range(size):
            placed[order[rank]] = min(max(mean, low), high - (count - 1) * gap) + rank * gap
            rank += 1
    return placed
