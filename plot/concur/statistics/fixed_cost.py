"""What a job costs before its first task, and what each further task costs.

A pool wakes its workers once for a job, however many tasks it has. So the time of a job of a few tasks,
divided by their number, is mostly the price of waking up. Two jobs that differ only in their number of tasks
tell both prices apart: time = fixed + marginal * tasks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from concur.documents.cases import Cell
from concur.statistics import intervals
from concur.statistics.intervals import CONFIDENCE, Estimate


@dataclass(frozen=True)
class Apart:
    """Wall times in nanoseconds."""

    fixed: Estimate
    marginal: Estimate


def _mean(values: Sequence[float]) -> Estimate:
    """Not of logarithms: a fixed price may be less than its noise, and so less than 0."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Estimate(mean, mean, mean, len(values))
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    half = intervals.quantile_t(len(values) - 1, CONFIDENCE) * error
    return Estimate(mean, mean - half, mean + half, len(values))


def apart(small: Cell, large: Cell, tasks_small: int, tasks_large: int) -> Apart | None:
    """None if no set has both jobs. The two are measured in different groups, minutes apart."""
    times_small = small.by_round(lambda sample: sample.real_ns)
    times_large = large.by_round(lambda sample: sample.real_ns)
    both = sorted(times_small.keys() & times_large.keys())
    if not both:
        return None
    marginal = [(times_large[one] - times_small[one]) / (tasks_large - tasks_small) for one in both]
    fixed = [times_small[one] - tasks_small * each for one, each in zip(both, marginal)]
    return Apart(_mean(fixed), _mean(marginal))
