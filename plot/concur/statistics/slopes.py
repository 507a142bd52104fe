"""How a value grows with a size."""

from __future__ import annotations

from collections.abc import Mapping

from scipy.stats import theilslopes


def slopes(by_size: Mapping[float, Mapping[int, float]]) -> dict[int, float]:
    """The growth of a value for one unit of size (Theil-Sen), for each set that all sizes have."""
    sizes = sorted(by_size)
    common = set.intersection(*(set(by_size[size]) for size in sizes)) if sizes else set()
    return {
        number: float(theilslopes([by_size[size][number] for size in sizes], sizes).slope)
        for number in sorted(common)
    }
