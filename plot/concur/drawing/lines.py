"""What a sheet of lines shows: lines of points, in panels that share what stands on the horizontal axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from concur.documents.cases import Series
from concur.statistics.intervals import Estimate

Points = Mapping[float, Estimate]
Words = Callable[[float], str]


@dataclass(frozen=True)
class Line:
    series: Series
    points: Points
    # Why there are no more points, as a footnote.
    note: str | None = None
    # Points that are not to be read like the others, drawn as crosses.
    crossed: frozenset[float] = frozenset()


@dataclass(frozen=True)
class Across:
    """What stands on the horizontal axis."""

    name: str
    words: Words
    logarithmic: bool = True


@dataclass(frozen=True)
class Panel:
    title: str
    y_name: str
    y_words: Words
    lines: tuple[Line, ...]
    # A value at which a thin line stands for comparison.
    reference: float | None = None

    @property
    def drawn(self) -> list[Line]:
        return [one for one in self.lines if one.points]


@dataclass(frozen=True)
class Head:
    title: str
    subtitle: Sequence[str]
    spread: str
