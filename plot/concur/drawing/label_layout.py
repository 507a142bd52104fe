"""Moves labels apart, so that they do not overlap."""

from __future__ import annotations

from collections.abc import Sequence


def place_labels(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions from `low` to `high`, at least `gap` apart, in the order of the wanted positions.

    Of all such positions, these have the least sum of squared distances to the wanted ones. If the range is
    too short for the gap, the labels have equal distances.
    """
    count = len(wanted)
    if count == 0:
        return []
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda index: wanted[index])
    # Without the gaps before them, the positions need only ascend: this is isotonic regression, which pools
    # neighbours that violate the order. Its result is still optimal when it is limited to low..high.
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
