"""Panels with columns of horizontal bars, and numbers beside them.

Axes are linear and begin at zero. A bar that is longer than its axis is cut: it has a break near its end, and
its number beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from concur.documents import units
from concur.documents.cases import Case, Row
from concur.drawing import artists, disturbance, style, ticks
from concur.drawing.page import SMALLEST, Footnotes, Page, line_height, text_width, wrap
from concur.drawing.small_multiples import Reasons, SmallMultiples, cell_of, mark_missing, short_reason
from concur.statistics.intervals import Estimate

GAP, NUMBER_GAP, TEXT_GAP, BAR_SHARE = 0.16, 0.1, 0.12, 0.72
# The least share of a column that its bars have, beside their texts.
BARS_LEAST = 0.45


@dataclass(frozen=True)
class Bar:
    estimate: Estimate
    text: str
    colour: str
    # The interval in words; it is written where there is room.
    detail: str = ""
    bold: bool = False

    def words(self, detailed: bool) -> str:
        return f"{self.text}  ({self.detail})" if detailed and self.detail else self.text

    @property
    def weight(self) -> str:
        return "bold" if self.bold else "normal"

    def room(self, detailed: bool) -> float:
        """The inches that the text beside the bar needs."""
        return text_width(self.words(detailed), SMALLEST, self.weight) + TEXT_GAP


@dataclass(frozen=True)
class BarColumn:
    name: str
    bars: Mapping[Row, Bar]
    # The end of the axis, where longer bars are cut.
    end: float
    # None: multiples of a baseline.
    scale_for: Callable[[float], ticks.Scale] | None
    # Below the axis: what its unit is.
    foot: str = ""
    # What is said in place of all bars.
    instead: str = ""
    # Why a model that did its work has no bar.
    unknown: Mapping[Row, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberColumn:
    name: str
    texts: Mapping[Row, str]

    @property
    def width(self) -> float:
        return max(text_width(text, SMALLEST) for text in (self.name, *self.texts.values())) + NUMBER_GAP


@dataclass(frozen=True)
class BarPanel:
    case: Case
    bars: Sequence[BarColumn]
    numbers: Sequence[NumberColumn] = ()


def end_of(values: Sequence[Estimate], most: float) -> float:
    """The end of an axis: that of the longest bar that is not longer than `most`."""
    return max((min(e.high, most) for e in values if e.value <= most), default=most)


class BarSheet:
    """The panels of a workload, and the widths of their columns, which are the same in all panels."""

    def __init__(self, multiples: SmallMultiples, panels: Sequence[BarPanel]) -> None:
        self.multiples = multiples
        self.panels = panels
        counts = {len(panel.numbers) for panel in panels}
        assert len(counts) == 1, "all panels have the same columns"
        self.number_widths = [
            max(panel.numbers[index].width for panel in panels) for index in range(counts.pop())
        ]
        columns = len(panels[0].bars)
        room = multiples.width - sum(self.number_widths) - GAP * (columns - 1)
        self.bar_width = room / columns

    def left(self, column: int) -> float:
        return column * (self.bar_width + GAP)

    def reasons_from(self, panel: BarPanel) -> int:
        """The column at which the reasons of failures begin: the second one, if a text covers the first."""
        missing = [row for row in self.multiples.rows if not ((cell := cell_of(row, panel.case)) and cell.ok)]
        lines = self._instead(panel.bars[0])
        middle = self.multiples.rows_height / 2
        reach = (len(lines) * line_height(SMALLEST) + self.multiples.row_height) / 2
        covered = any(abs(self.multiples.middle(row) - middle) < reach for row in missing)
        return int(bool(lines) and covered and len(panel.bars) > 1)

    def _instead(self, column: BarColumn) -> list[str]:
        return wrap(column.instead, SMALLEST, self.bar_width - 0.1) if column.instead else []

    def reasons(self, panel: BarPanel) -> Reasons:
        left = self.left(self.reasons_from(panel))
        return Reasons(left, self.left(len(panel.bars)) - GAP - left)

    def notes(self) -> Footnotes:
        """All footnotes: the height of the page depends on them, so they are needed before it."""
        notes = Footnotes()
        for panel in self.panels:
            disturbance.title(self.multiples.workload, panel.case, notes)
            for cell in (cell_of(row, panel.case) for row in self.multiples.rows):
                if cell is not None and not cell.ok:
                    short_reason(cell, self.reasons(panel).width - 0.1, notes)
        return notes

    def draw(self, page: Page, notes: Footnotes) -> None:
        for index, panel in enumerate(self.panels):
            self.multiples.title(page, index, panel.case, notes)
            for place, column in enumerate(panel.bars):
                axes = self.multiples.axes(page, index, self.left(place), self.bar_width)
                self._head(axes, column.name)
                self._draw_column(axes, column, place)
                self._mark_unknown(page, index, place, column)
            mark_missing(page, self.multiples, index, panel.case, self.reasons(panel), notes)
            self._draw_numbers(page, index, panel)

    def _head(self, axes: Any, name: str) -> None:
        axes.text(0, -0.06, name, fontsize=SMALLEST, color=style.MUTED, va="bottom")

    def _mark_unknown(self, page: Page, index: int, place: int, column: BarColumn) -> None:
        left, top = self.multiples.place(index)
        for row, why in column.unknown.items():
            how: dict[str, Any] = {"color": style.MUTED, "style": "italic", "va": "center"}
            x, y = left + self.left(place) + 0.04, top + self.multiples.middle(row)
            page.text(x, y, why, SMALLEST, **how)

    def _alike(self, column: BarColumn, place: int) -> list[BarColumn]:
        """The columns that have the same axis: multiples of a baseline are compared across panels."""
        if column.scale_for is not None:
            return [column]
        beside = (panel.bars[place] for panel in self.panels)
        return [one for one in beside if one.scale_for is None and not one.instead and one.bars]

    def _draw_column(self, axes: Any, column: BarColumn, place: int) -> None:
        if column.instead or not column.bars:
            axes.set_xticks([])
            axes.set_xlim(0, 1)
            lines = self._instead(column)
            how = {"fontsize": SMALLEST, "color": style.MUTED, "style": "italic", "va": "center"}
            for number, line in enumerate(lines):
                shift = (number - (len(lines) - 1) / 2) * line_height(SMALLEST)
                y = self.multiples.rows_height / 2 + shift
                axes.text(0.04 / self.bar_width, y, line, **how)
            return
        columns = self._alike(column, place)
        bars = [bar for one in columns for bar in one.bars.values()]
        detailed = max(bar.room(True) for bar in bars) <= self.bar_width * (1 - BARS_LEAST)
        ends = [
            (min(bar.estimate.high, one.end), bar.room(detailed))
            for one in columns
            for bar in one.bars.values()
        ]
        limit = max(ticks.room_linear(ends, self.bar_width), column.end)
        axes.set_xlim(0, limit)
        if column.scale_for is None:
            places = ticks.multiple_ticks(column.end, self.bar_width / limit)
            ticks.set_ticks(axes.xaxis, places, lambda tick: units.ratio_tick(tick) if tick else "0")
            axes.axvline(1, color="#777777", linewidth=0.7, linestyle=(0, (4, 2)), zorder=0.5)
        else:
            size, format_tick = column.scale_for(column.end)
            found = ticks.round_ticks(column.end, size)
            # Not the first one: it stands at the corner, near the last one of the axes beside it.
            shown = ticks.thin_linear(found, found[-1] / limit * self.bar_width, 0.5)
            ticks.set_ticks(axes.xaxis, shown, format_tick)
        axes.set_xlabel(column.foot, labelpad=2, color=style.MUTED, fontsize=SMALLEST, x=0, ha="left")
        for row, bar in column.bars.items():
            self._draw_bar(axes, self.multiples.middle(row), bar, column.end, limit, detailed)

    def _draw_bar(self, axes: Any, y: float, bar: Bar, end: float, limit: float, detailed: bool) -> None:
        height = self.multiples.row_height * BAR_SHARE
        estimate, is_cut = bar.estimate, bar.estimate.value > end
        length = end if is_cut else estimate.value
        artists.add_box(axes, 0, y - height / 2, length, height, facecolor=bar.colour)
        tip = length
        if is_cut:
            self._draw_break(axes, y, height, end, limit)
        elif estimate.has_interval:
            tip = max(tip, min(estimate.high, end))
            artists.add_whisker(axes, estimate.low, tip, y, open_end=estimate.high > end)
        artists.add_text_beside(axes, tip, y, bar.words(detailed), SMALLEST, bar.weight)

    def _draw_break(self, axes: Any, y: float, height: float, end: float, limit: float) -> None:
        """Two white slanted lines across the bar."""
        inch = limit / self.bar_width
        for back in (0.13, 0.08):
            x = end - back * inch
            xs, ys = [x - 0.025 * inch, x + 0.025 * inch], [y + height * 0.62, y - height * 0.62]
            artists.add_line(axes, xs, ys, color="white", linewidth=1.6)

    def _draw_numbers(self, page: Page, index: int, panel: BarPanel) -> None:
        left, top = self.multiples.place(index)
        right = left + self.left(len(panel.bars)) - GAP
        for column, width in zip(panel.numbers, self.number_widths):
            right += width
            page.text(right, top - 0.06, column.name, SMALLEST, ha="right", va="bottom", color=style.MUTED)
            for row, text in column.texts.items():
                middle = top + self.multiples.middle(row)
                page.text(right, middle, text, SMALLEST, ha="right", va="center_baseline")
