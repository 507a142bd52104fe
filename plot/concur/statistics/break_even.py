"""From which size of a task on a model is faster than the baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from concur.documents.cases import Case, Row
from concur.statistics.intervals import Estimate
from concur.statistics.ratios import is_tie, to_baseline


@dataclass(frozen=True)
class BreakEven:
    # From this case on the model is faster in all cases. None: it is not even in the last one.
    since: Case | None
    # The case before; None if it is faster in all cases.
    after: Case | None


def ratio_in(case: Case, row: Row) -> Estimate | None:
    series = row.series_of(case)
    return None if series is None else to_baseline(case).ratios.get(series)


def break_even(cases: Sequence[Case], row: Row) -> BreakEven:
    """Of cases in ascending order of the size of a task. What is not resolved is not faster."""
    known = [(case, ratio) for case in cases if (ratio := ratio_in(case, row)) is not None]
    since, after = None, None
    for case, ratio in reversed(known):
        if is_tie(ratio) or ratio.value >= 1:
            after = case
            break
        since = case
    return BreakEven(since, after)


def crossing(found: BreakEven, row: Row, parameter: str) -> float | None:
    """Where the line of the ratio crosses 1, on logarithmic axes; None if it does not between two cases."""
    if found.since is None or found.after is None:
        return None
    ratios = [ratio_in(case, row) for case in (found.after, found.since)]
    before, now = (0.0 if ratio is None else math.log(ratio.value) for ratio in ratios)
    if before <= 0 or now >= 0:
        return None
    low, high = (math.log(case.value(parameter)) for case in (found.after, found.since))
    return math.exp(low + (high - low) * before / (before - now))
