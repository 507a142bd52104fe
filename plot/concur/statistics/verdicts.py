"""The quotient of two figures of independent runs: its interval, and the verdict on it.

If the models took turns, the interval of the quotient is that of Welch (Biometrika 34, 1947): Student's t
with the degrees of freedom that follow from both errors. A verdict needs 99 % confidence and a small margin,
because a document has hundreds of cases. A false alarm in more than 1 % of the cases would hide the true
ones.

For whole samples both sides have the interval of a median over sets, and that of their quotient follows from
the two (MOVER: G. Zou, A. Donner, Statistics in Medicine 27, 2008). A verdict needs 95 % and a wide margin:
a U test with a nominal 5 % gave 14 to 16 % false alarms.
"""

from __future__ import annotations

import math

from concur.statistics import intervals
from concur.statistics.intervals import CONFIDENCE, TIE_MARGIN, Estimate, exp
from concur.statistics.turns import Sets

# With fewer sets every verdict is "unclear".
SETS_LEAST = 5
CONFIDENCE_OF_VERDICT = 0.99
# A smaller difference counts as none: between ratios from turns, between several of them together, between
# ratios of whole samples, and between times, which the drift of the machine changes.
MARGIN_TURNS, MARGIN_TOGETHER, MARGIN_WHOLE, MARGIN_TIMES = 0.01, 0.02, 0.05, 0.10
FASTER, SLOWER, SAME, UNCLEAR = "faster", "slower", "same", "unclear"
VERDICTS = (SLOWER, FASTER, UNCLEAR, SAME)


def quotient(new: Sets, old: Sets, confidence: float = CONFIDENCE) -> Estimate:
    """The quotient of two independent figures, with its interval."""
    sets = min(len(new.logs), len(old.logs))
    if not (new.in_turns and old.in_turns):
        medians = intervals.quotient(new.estimate(), old.estimate())
        assert medians is not None, "times and their ratios are positive"
        return medians
    middle = new.mean - old.mean
    half = 0.0
    if sets > 1:
        ours, theirs = new.error**2, old.error**2
        error = math.sqrt(ours + theirs)
        parts = ours**2 / (len(new.logs) - 1) + theirs**2 / (len(old.logs) - 1)
        half = error * intervals.quantile_t(error**4 / parts, confidence) if parts > 0 else 0.0
    return Estimate(exp(middle), exp(middle - half), exp(middle + half), sets)


def error_of(new: Sets, old: Sets) -> float:
    known = new.in_turns and old.in_turns and min(len(new.logs), len(old.logs)) >= SETS_LEAST
    return math.hypot(new.error, old.error) if known else math.inf


def verdict(new: Sets, old: Sets, margin: float | None = None) -> str:
    in_turns = new.in_turns and old.in_turns
    if margin is None:
        margin = MARGIN_TURNS if in_turns else MARGIN_WHOLE
    strict = quotient(new, old, CONFIDENCE_OF_VERDICT)
    if strict.sets < SETS_LEAST:
        return UNCLEAR
    if strict.low > 1 + margin:
        return SLOWER
    if strict.high < 1 / (1 + margin):
        return FASTER
    usual, within = quotient(new, old), 1 + max(margin, TIE_MARGIN)
    return SAME if usual.high <= within and usual.low >= 1 / within else UNCLEAR
