"""Marks, shades and notes of the cells of a table."""

from __future__ import annotations

from collections.abc import Sequence

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series
from concur.statistics import written
from concur.statistics.ratios import Ranked, to_baseline

# From which ratio on a cell has a shade: a multiple of the baseline, and how much of it is saved.
SLOWER = ((10.0, "s4"), (3.0, "s3"), (1.5, "s2"), (1.05, "s1"))
FASTER = ((0.5, "f3"), (0.8, "f2"), (1 / 1.05, "f1"))


def peer_share(cell: Cell) -> str:
    """How busy the clients were: the range over sets. Empty without a peer."""
    shares = [s.evidence.peer_cpu_share for s in cell.samples if s.evidence.peer_cpu_share is not None]
    return units.percent_range(min(shares), max(shares)) if shares else ""


def mark(ranked: Ranked, series: Series) -> str:
    return written.BEST if series == ranked.best else written.TIE if series in ranked.ties else ""


def shade(ratio: float) -> str:
    """The class of a cell's background: s1 to s4 are slower than the baseline, f1 to f3 faster."""
    for limit, name in SLOWER:
        if ratio >= limit:
            return name
    return next((name for limit, name in FASTER if ratio <= limit), "")


def baseline_text(case: Case, ranked: Ranked) -> str:
    """What 1.00× is: epoll: 57.2 µs"""
    if ranked.baseline is None:
        return ""
    return (
        f"{labels.series(ranked.baseline)}: {ranked.measure.written(ranked.absolute[ranked.baseline].value)}"
    )


def order_of(case: Case) -> Sequence[Series]:
    """The ok series, the best first; those without a figure last."""
    ranked = to_baseline(case).order()
    return [*ranked, *(series for series in case.ok() if series not in ranked)]
