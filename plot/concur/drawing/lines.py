"""The content of a line sheet: panels with lines of points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from concur.documents import labels
from concur.documents.cases import Case, Row, Series
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
    # Its name, if it is not that of the series.
    label: str = ""

    @property
    def name(self) -> str:
        return self.label or labels.series(self.series)


@dataclass(frozen=True)
class Across:
    """The horizontal axis."""

    name: str
    format_tick: Format
    logarithmic: bool = True
    # Whether points of different series over the same argument are moved apart, to show all whiskers.
    dodged: bool = True


@dataclass(frozen=True)
class Shade:
    """Above a limit the ground of a panel has a colour; both sides have a name."""

    limit: float
    above: str
    below: str


@dataclass(frozen=True)
class Panel:
    title: str
    y_name: str
    y_format: Format
    lines: tuple[Line, ...]
    across: Across
    # The value of a thin horizontal line, to compare with.
    reference: float | None = None
    # The points of a thin grey line behind the others, to compare with, and its name.
    guide: Mapping[float, float] = field(default_factory=dict)
    guide_name: str = ""
    shade: Shade | None = None
    # Points where lines cross the reference: they have a mark.
    crossings: Mapping[Series, float] = field(default_factory=dict)
    # Otherwise both axes are linear and begin at zero.
    logarithmic: bool = True

    @property
    def drawn(self) -> list[Line]:
        return [one for one in self.lines if one.points]


@dataclass(frozen=True)
class Head:
    """What stands above a sheet. `kicker`: what it is of; the title says what it shows."""

    kicker: str
    title: str
    subtitle: Sequence[str]
    interval_note: str


def line_over(
    parameter: str, cases: Sequence[Case], row: Row, point: Callable[[Case, Series], Estimate | None]
) -> Line | None:
    """A point for each argument of this parameter; if the model fails from one argument on, a footnote.

    None: the model has no series in these cases.
    """
    shown = {case: series for case in cases if (series := row.series_of(case)) is not None}
    if not shown:
        return None
    first = next(iter(shown.values()))
    name = labels.series(first) if set(shown.values()) == {first} else row.model
    points: dict[float, Estimate] = {}
    note = None
    for case, series in shown.items():
        cell, number = case.cells[series], case.value(parameter)
        if cell.ok and (estimate := point(case, series)) is not None:
            points[number] = estimate
            note = None
        elif not cell.ok and note is None:
            note = f"{name} from {labels.argument(parameter, number)}: {labels.failure(cell)}"
    return Line(first, points, note, label=name)
