"""The content of a line sheet: panels with lines of points, which share a horizontal axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from concur.documents import labels
from concur.documents.cases import Case, Cell, Series
from concur.drawing.ticks import Format
from concur.statistics.intervals import Estimate

Points = Mapping[float, Estimate]


@dataclass(frozen=True)
class Line:
    series: Series
    points: Points
    # The footnote that says why there are no more points.
    note: str | None = None
    # Points that mean something else than the others; they are drawn as crosses.
    crossed: frozenset[float] = frozenset()


@dataclass(frozen=True)
class Across:
    """The horizontal axis."""

    name: str
    format_tick: Format
    logarithmic: bool = True
    # Whether points of different series over the same argument are moved apart, to show all whiskers.
    dodged: bool = True


@dataclass(frozen=True)
class Panel:
    title: str
    y_name: str
    y_format: Format
    lines: tuple[Line, ...]
    # The value of a thin horizontal line, to compare with.
    reference: float | None = None
    # The points of a thin grey line behind the others, to compare with.
    guide: Mapping[float, float] = field(default_factory=dict)

    @property
    def drawn(self) -> list[Line]:
        return [one for one in self.lines if one.points]


@dataclass(frozen=True)
class Head:
    title: str
    subtitle: Sequence[str]
    interval_note: str


def line_over(
    parameter: str, cases: Sequence[Case], series: Series, point: Callable[[Case, Cell], Estimate | None]
) -> Line:
    """A point for each argument of this parameter; if the series fails from one argument on, a footnote."""
    points: dict[float, Estimate] = {}
    note = None
    for case in cases:
        cell, number = case.cells.get(series), case.value(parameter)
        if cell is None:
            continue
        if cell.ok and (estimate := point(case, cell)) is not None:
            points[number] = estimate
            note = None
        elif not cell.ok and note is None:
            note = (
                f"{labels.series(series)} from {labels.argument(parameter, number)}: {labels.failure(cell)}"
            )
    return Line(series, points, note)
