"""Medians, paired ratios and percentiles, each with a 95 % interval over rounds.

The round is the unit: samples within a round share its disturbances. A median's interval is that of
Hettmansperger and Sheather (Statistics & Probability Letters 4, 1986): two pairs of order statistics, whose
confidences are exact for any distribution, interpolated to 95 %. A percentile bootstrap of the median falls
short of what it claims with few rounds: over 4,000 simulated sets of 7 rounds it held the truth in 88 %
(normal), 87 % (Student's t with 3 degrees of freedom) and 86 % (log-normal) of them, this one in 95, 95 and
94 %. Percentiles of merged histograms have no order statistics over rounds: theirs is a bootstrap, with a
fixed seed, so that the same document gives the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np

SEED = 20231
RESAMPLES = 1000
CONFIDENCE = 0.95
TAILS = (2.5, 97.5)

Buckets = Iterable[tuple[int, int]]


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval. With one round there is none: `low` and `high` are the value.

    With two to five rounds it is the range, whose confidence is less: 50, 75, 87.5 and 93.75 %.
    """

    value: float
    low: float
    high: float
    rounds: int

    @property
    def has_interval(self) -> bool:
        return self.rounds > 1

    def at_most(self, limit: float) -> Estimate:
        return Estimate(min(self.value, limit), min(self.low, limit), min(self.high, limit), self.rounds)


@lru_cache(maxsize=64)
def _weights(rounds: int, resamples: int) -> Any:
    """How often each resample holds each round: one row per resample."""
    draws = np.random.default_rng(SEED).integers(0, rounds, size=(resamples, rounds))
    return np.stack([np.count_nonzero(draws == row, axis=1) for row in range(rounds)], axis=1)


def _interval(resampled: Any) -> tuple[float, float]:
    low, high = np.percentile(resampled, TAILS, axis=0)
    return float(low), float(high)


def _held_by(rounds: int, depth: int) -> float:
    """How often the truth lies between the `depth`-th smallest and largest of so many values."""
    outside: int = sum(comb(rounds, below) for below in range(depth))
    return 1.0 - 2.0 * outside / float(2**rounds)


@lru_cache(maxsize=64)
def _ranks(rounds: int) -> tuple[int, float]:
    """Which order statistic bounds the interval from below (1: the smallest), and the next one's share."""
    depth = 1
    while depth + 1 <= rounds // 2 and _held_by(rounds, depth + 1) >= CONFIDENCE:
        depth += 1
    if depth + 1 > (rounds + 1) // 2 or _held_by(rounds, depth) <= CONFIDENCE:
        return depth, 0.0
    wide, narrow = _held_by(rounds, depth), _held_by(rounds, depth + 1)
    way = (wide - CONFIDENCE) / (wide - narrow)
    return depth, (rounds - depth) * way / (depth + (rounds - 2 * depth) * way)


def median_interval(values: Any) -> tuple[Any, Any]:
    """Of the medians of many sets at once: one row each, a column per round."""
    ordered = np.sort(np.atleast_2d(np.asarray(values, dtype=float)), axis=1)
    depth, share = _ranks(ordered.shape[1])
    last = ordered.shape[1] - 1
    inner = min(depth, last)
    least, most = ordered[:, depth - 1], ordered[:, last - depth + 1]
    # In this form equal values give just themselves: rounding does not push the bound past the median.
    low = least + share * (ordered[:, inner] - least)
    high = most + share * (ordered[:, last - inner] - most)
    return low, high


def median(values: Sequence[float]) -> Estimate:
    """Of one value per round."""
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        raise ValueError("no rounds")
    low, high = median_interval(array)
    return Estimate(float(np.median(array)), float(low[0]), float(high[0]), int(array.size))


def paired_ratio(values: Mapping[int, float], baseline: Mapping[int, float]) -> Estimate | None:
    """Median over rounds of the ratio to the baseline in the same round; None without a common round.

    Taken on logarithms, so that twice and half are equally far from one.
    """
    common = sorted(values.keys() & baseline.keys())
    if not common:
        return None
    logs = median([float(np.log(values[number] / baseline[number])) for number in common])
    return Estimate(float(np.exp(logs.value)), float(np.exp(logs.low)), float(np.exp(logs.high)), logs.rounds)


def ties(ratio: Estimate) -> bool:
    """Whether the interval leaves open which of the two is faster."""
    return ratio.has_interval and ratio.low <= 1.0 <= ratio.high


def merge(histograms: Iterable[Buckets]) -> dict[int, int]:
    """All counts together, by the highest value of the bucket, ascending."""
    merged: dict[int, int] = {}
    for buckets in histograms:
        for highest, count in buckets:
            merged[highest] = merged.get(highest, 0) + count
    return dict(sorted(merged.items()))


def _at(highest: Any, cumulated: Any, quantile: float) -> Any:
    """The bucket in which the quantile falls, for each row of cumulated counts."""
    # The smallest value that at least this share of all values does not exceed. The margin keeps
    # rounding (0.999 * 1000 = 999.0000000000001 somewhere) from asking for one value more.
    wanted = np.maximum(np.ceil(quantile * cumulated[:, -1] - 1e-9), 1)
    return highest[np.argmax(cumulated >= wanted[:, None], axis=1)]


def percentiles(rounds: Sequence[Buckets], quantiles: Sequence[float]) -> list[Estimate | None]:
    """Of the merged histogram of all rounds, the interval by merging resampled rounds.

    None where fewer than one value lies beyond the quantile: it would only repeat the maximum.
    """
    whole = merge(rounds)
    highest = np.array(list(whole), dtype=np.int64)
    place = {value: index for index, value in enumerate(whole)}
    matrix = np.zeros((len(rounds), len(place)), dtype=np.int64)
    for row, buckets in enumerate(rounds):
        for bucket, count in buckets:
            matrix[row, place[bucket]] += count
    # Counts up to and with each bucket; sums of rounds keep that.
    cumulated = np.cumsum(matrix, axis=1)
    all_rounds = cumulated.sum(axis=0, keepdims=True)
    resampled = _weights(len(rounds), RESAMPLES) @ cumulated
    total = int(all_rounds[0, -1])
    found: list[Estimate | None] = []
    for quantile in quantiles:
        if total * (1.0 - quantile) < 1.0 - 1e-9:
            found.append(None)
            continue
        value = float(_at(highest, all_rounds, quantile)[0])
        low, high = _interval(_at(highest, resampled, quantile))
        found.append(Estimate(value, low, high, len(rounds)))
    return found


def maximum(values: Sequence[float]) -> Estimate:
    """The largest of all rounds, with the range of the rounds' maxima: no bootstrap exceeds the largest."""
    return Estimate(max(values), min(values), max(values), len(values))
