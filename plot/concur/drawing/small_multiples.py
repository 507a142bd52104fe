"""Small multiples: one panel for each case, one row for each series, and the names of the series at the left.

The unit of a panel's vertical axis is an inch, counted from the top, so that rows and texts keep their
distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from concur.documents import labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.drawing import artists, disturbance, style
from concur.drawing.page import BODY_WIDTH, Footnotes, Page, shorten, text_width, wrap
from concur.drawing.ticks import Format
from concur.statistics.intervals import Estimate

NAME_SIZE, TITLE_SIZE, REASON_SIZE, VALUE_SIZE = 8, 8.2, 6.8, 7
HEAD, FOOT, COLUMN_GAP, FAMILY_GAP, EDGE = 0.24, 0.46, 0.22, 0.05, 0.04

SAME_AXIS = "All panels have the same logarithmic axis"


@dataclass(frozen=True)
class SmallMultiples:
    """The panels of a workload."""

    workload: Workload
    row_height: float
    columns: int
    # Row and column of each panel.
    places: tuple[tuple[int, int], ...]

    @staticmethod
    def of(workload: Workload, row_height: float, columns: int | None = None) -> SmallMultiples:
        across = columns or columns_for(len(workload.cases))
        places = flow([len(group) for group in workload.panels()], across)
        return SmallMultiples(workload, row_height, across, places)

    @cached_property
    def label_width(self) -> float:
        return max(text_width(labels.series(series), NAME_SIZE) for series in self.workload.series) + 0.1

    @property
    def width(self) -> float:
        room = BODY_WIDTH - self.label_width - 0.08
        return (room - COLUMN_GAP * (self.columns - 1)) / self.columns

    @cached_property
    def tops(self) -> dict[Series, float]:
        """The top of each row; there is a small gap between families."""
        found: dict[Series, float] = {}
        y, before = EDGE, ""
        for series in self.workload.series:
            family = self.workload.family(series)
            y += FAMILY_GAP if found and family != before else 0
            found[series], before = y, family
            y += self.row_height
        return found

    def middle(self, series: Series) -> float:
        return self.tops[series] + self.row_height / 2

    @property
    def rows_height(self) -> float:
        return self.tops[self.workload.series[-1]] + self.row_height + EDGE

    @property
    def pitch(self) -> float:
        return HEAD + self.rows_height + FOOT

    @property
    def height(self) -> float:
        return (1 + max(row for row, _ in self.places)) * self.pitch

    def place(self, index: int) -> tuple[float, float]:
        """The top left corner of a panel's axes."""
        row, column = self.places[index]
        return self.label_width + column * (self.width + COLUMN_GAP), row * self.pitch + HEAD

    def title(self, page: Page, index: int, case: Case, notes: Footnotes) -> None:
        text = disturbance.title(self.workload, case, notes)
        x, y = self.place(index)
        lines = wrap(text, TITLE_SIZE, self.width, "bold")
        short = lines[0] if len(lines) == 1 else shorten(text, TITLE_SIZE, self.width, "bold")
        page.text(x, y - 0.06, short, TITLE_SIZE, va="bottom", weight="bold")

    def axes(self, page: Page, index: int, x_name: str, left: float = 0.0, width: float | None = None) -> Any:
        """The axes of a panel, or of the part of it that `left` and `width` give in inches."""
        x, y = self.place(index)
        axes = page.axes(x + left, y, self.width if width is None else width, self.rows_height)
        axes.set_ylim(self.rows_height, 0)
        axes.set_yticks([])
        axes.set_xlabel(x_name, labelpad=2, color=style.MUTED, fontsize=7.5)
        axes.grid(axis="x")
        axes.spines["left"].set_color("#bbbbbb")
        self._bands(axes)
        if self.places[index][1] == 0 and left == 0:
            self._names(page, y)
        return axes

    def _bands(self, axes: Any) -> None:
        """Every second family has a grey background."""
        whole_width = axes.get_yaxis_transform()
        shaded, before = True, None
        for series, top in self.tops.items():
            family = self.workload.family(series)
            shaded, before = (not shaded if family != before else shaded), family
            if shaded:
                ground = {"facecolor": "#f6f6f6", "linewidth": 0, "zorder": 0, "transform": whole_width}
                artists.add_box(axes, 0, top - 0.02, 1, self.row_height + 0.04, **ground)

    def _names(self, page: Page, y: float) -> None:
        for series in self.workload.series:
            text = labels.series(series)
            x = self.label_width - 0.07
            page.text(x, y + self.middle(series), text, NAME_SIZE, ha="right", va="center_baseline")


def columns_for(count: int) -> int:
    return {1: 1, 2: 2, 4: 2}.get(count, 3)


def flow(groups: Sequence[int], columns: int) -> tuple[tuple[int, int], ...]:
    """Places for groups of panels. Each group begins a new row, unless that needs more rows in all."""
    total = sum(groups)
    if sum(-(-size // columns) for size in groups) > -(-total // columns):
        groups = [total]
    places, top = [], 0
    for size in groups:
        places += [(top + index // columns, index % columns) for index in range(size)]
        top += -(-size // columns)
    return tuple(places)


def short_reason(cell: Cell, width: float, notes: Footnotes) -> str:
    """The reason why there is no bar. If it is too long, it is shortened, and a footnote has all of it."""
    text = labels.failure(cell)
    if text_width(text, REASON_SIZE) <= width:
        return text
    number = f" [{notes.number(text)}]"
    return shorten(text, REASON_SIZE, width - text_width(number, REASON_SIZE)) + number


def value_ends(estimates: Iterable[Estimate], written: Format) -> list[tuple[float, float]]:
    """For the room beside bars: the end of each bar, and the inches that its value needs."""
    return [(e.high, text_width(written(e.value), VALUE_SIZE) + 0.12) for e in estimates]


def write_values(
    axes: Any, multiples: SmallMultiples, estimates: Mapping[Series, Estimate], written: Format
) -> None:
    """Writes the value of each bar beside it."""
    places = [(e.high, multiples.middle(series), written(e.value)) for series, e in estimates.items()]
    artists.add_texts_beside(axes, places, VALUE_SIZE)


def mark_missing(axes: Any, multiples: SmallMultiples, case: Case, width: float, notes: Footnotes) -> None:
    """Writes, in place of each missing bar, why it is missing."""
    for series in multiples.workload.series:
        cell = case.cells.get(series)
        if cell is not None and cell.ok:
            continue
        text = "not run" if cell is None else short_reason(cell, width - 0.1, notes)
        colour = style.ALERT if cell is not None and cell.outcome == "invalid" else style.MUTED
        how = {"fontsize": REASON_SIZE, "color": colour, "va": "center", "style": "italic"}
        where = axes.get_yaxis_transform()
        axes.text(0.04 / width, multiples.middle(series), text, transform=where, **how)


def collect_notes(workload: Workload, width: float) -> Footnotes:
    """All footnotes of the panels: the height of the page depends on them, so they are needed before it."""
    notes = Footnotes()
    for case in workload.cases:
        disturbance.title(workload, case, notes)
        for series in workload.series:
            cell = case.cells.get(series)
            if cell is not None and not cell.ok:
                short_reason(cell, width - 0.1, notes)
    return notes


def subtitle(workload: Workload, *more: str) -> Sequence[str]:
    """These sentences, the arguments that the titles of the panels leave out, and what some labels mean."""
    fixed = labels.fixed(workload) if workload.telling else ""
    constant = f"Arguments: {fixed}" if fixed else ""
    return [". ".join(filter(None, [*more, constant, *labels.meanings([workload])]))]
