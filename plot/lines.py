"""Sheets of lines over a size, a rate or a date: one line per series, named at its end.

Both axes are in data units with round ticks; names are moved apart and tied to their lines; where a line ends
early, a footnote tells why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import axis
import labels
import style
from cases import Series
from document import Document
from output import Output
from page import BODY_WIDTH, Footnotes, Page, text_width
from spread import spread
from stats import Estimate

LABEL_SIZE, LABEL_PITCH = 8, 0.148
FOOT, LEFT, LEADER, HEAD, HEAD_BARE = 0.5, 0.62, 0.3, 0.3, 0.06
HEIGHT_LEAST = 3.1
# Points of different series at the same place stand side by side, over this part of a decade.
DODGE_DECADES = 0.09

Points = Mapping[float, Estimate]
Words = Callable[[float], str]


@dataclass(frozen=True)
class Line:
    series: Series
    points: Points
    # Why there are no more points, as a footnote.
    note: str | None = None
    # Points that are not to be read like the others, drawn hollow.
    hollow: frozenset[float] = frozenset()


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
    def height(self) -> float:
        return max(HEIGHT_LEAST, (len(self.lines) + 1) * LABEL_PITCH)

    @property
    def head(self) -> float:
        return HEAD if self.title else HEAD_BARE


@dataclass(frozen=True)
class Head:
    title: str
    subtitle: Sequence[str]
    spread: str


def filling(one: Line, drawn: Sequence[Line]) -> str:
    """For a model at several sizes: each with another filling of its marker."""
    same = [other.series for other in drawn if other.series.model == one.series.model]
    return style.FILLINGS[same.index(one.series) % len(style.FILLINGS)]


def name_of(one: Line, notes: Footnotes) -> str:
    text = labels.series(one.series)
    return text if one.note is None else f"{text} [{notes.number(one.note)}]"


class Sheet:
    def __init__(self, document: Document, families: Mapping[str, str], across: Across) -> None:
        self.document = document
        self.families = families
        self.across = across

    def save(
        self, output: Output, name: str, head: Head, panels: Sequence[Panel], warnings: Sequence[str] = ()
    ) -> None:
        notes = Footnotes()
        shown = [[one for one in panel.lines if one.points] for panel in panels]
        texts = [[name_of(one, notes) for one in drawn] for drawn in shown]
        for panel in panels:
            for one in panel.lines:
                if one.note is not None:
                    notes.number(one.note)
        label_width = max(text_width(text, LABEL_SIZE) for panel in texts for text in panel)
        width = BODY_WIDTH - LEFT - LEADER - label_width - 0.05
        height = sum(panel.height + panel.head + FOOT for panel in panels)
        page = Page(
            self.document, head.title, head.subtitle, height, head.spread, [*notes.lines(), *warnings]
        )
        top = 0.0
        for panel, drawn, names in zip(panels, shown, texts):
            self._draw_panel(page, panel, drawn, names, (top + panel.head, width, panel.height))
            top += panel.height + panel.head + FOOT
        output.save(name, page.figure)

    def _draw_panel(
        self, page: Page, panel: Panel, drawn: Sequence[Line], texts: Sequence[str], box: Any
    ) -> None:
        top, width, height = box
        axes = page.axes(LEFT, top, width, height)
        page.text(LEFT, top - 0.08, panel.title, 8.5, va="bottom", weight="bold")
        axes.set_yscale("log")
        axes.grid(True)
        self._x_axis(axes, drawn, width)
        values = [e for one in drawn for e in one.points.values()]
        low, high = min(e.low for e in values) / 1.25, max(e.high for e in values) * 1.25
        axes.set_ylim(low, high)
        axis.set_ticks(axes.yaxis, axis.log_ticks(low, high, 7), panel.y_words)
        if panel.reference is not None:
            axes.axhline(panel.reference, color="#999999", linewidth=0.8, zorder=0)
        axes.set_ylabel(panel.y_name, labelpad=3)
        for one in drawn:
            self._draw_line(axes, one, drawn)
        self._draw_labels(axes, texts, drawn, (width, height))

    def _x_axis(self, axes: Any, drawn: Sequence[Line], width: float) -> None:
        sizes = sorted({size for one in drawn for size in one.points})
        axes.set_xlabel(self.across.name, labelpad=2)
        if self.across.logarithmic and sizes[0] > 0:
            axes.set_xscale("log")
            axes.set_xlim(sizes[0] / 1.25, sizes[-1] * 1.25)
            ticks = axis.thin(sizes, width, 0.45)
        else:
            # A size of zero (no delay) has no place on a logarithmic axis.
            room = 0.03 * (sizes[-1] - sizes[0]) or 1.0
            axes.set_xlim(sizes[0] - room, sizes[-1] + room * 5 / 3)
            ticks = axis.thin_linear(sizes, width, 0.45)
        axis.set_ticks(axes.xaxis, ticks, self.across.words)

    def _draw_line(self, axes: Any, one: Line, drawn: Sequence[Line]) -> None:
        look = style.look(one.series.model, self.families)
        rank = drawn.index(one) / max(1, len(drawn) - 1) - 0.5
        shift = 10 ** (rank * DODGE_DECADES) if self.across.logarithmic else 1.0
        how = {
            "color": look.colour,
            "linestyle": look.line,
            "linewidth": 1.4,
            "elinewidth": 0.9,
            "capsize": 1.6,
        }
        mark = {"marker": look.marker, "markersize": 4.2, "markeredgewidth": 1.0}
        solid = {x: e for x, e in one.points.items() if x not in one.hollow}
        hollow = {x: e for x, e in one.points.items() if x in one.hollow}
        axes.plot([x * shift for x in one.points], [e.value for e in one.points.values()], color=look.colour,
                  linestyle=look.line, linewidth=1.4)  # fmt: skip
        for points, fill in ((solid, filling(one, drawn)), (hollow, "none")):
            values = list(points.values())
            spans = [[e.value - e.low for e in values], [e.high - e.value for e in values]]
            places = [x * shift for x in points]
            how = {**how, "linestyle": "none", "fillstyle": fill}
            if values:
                axes.errorbar(places, [e.value for e in values], yerr=spans, **how, **mark)

    def _draw_labels(self, axes: Any, texts: Sequence[str], drawn: Sequence[Line], box: Any) -> None:
        """Names at the right, moved apart, each tied to the end of its line by a thin leader."""
        width, height = box
        ends = [max(one.points) for one in drawn]
        to_inches = axes.transData + axes.transAxes.inverted()
        tips_at = [to_inches.transform((x, one.points[x].value)) for x, one in zip(ends, drawn)]
        wanted = [float(y) * height for _, y in tips_at]
        tips = [float(x) * width for x, _ in tips_at]
        placed = spread(wanted, LABEL_PITCH, LABEL_PITCH / 2, height - LABEL_PITCH / 2)
        for text, one, tip, before, after in zip(texts, drawn, tips, wanted, placed):
            look = style.look(one.series.model, self.families)
            xs = [tip / width + 0.008, 1 + 0.06 / width, 1 + (LEADER - 0.04) / width]
            ys = [before / height, before / height, after / height]
            early = tip < 0.9 * width
            thin = {"linewidth": 0.6, "alpha": 0.6, "linestyle": ":" if early else "-"}
            how = {"transform": axes.transAxes, "clip_on": False}
            axes.plot(xs, ys, color=look.colour, **thin, **how)
            ink = style.for_text(look.colour)
            axes.text(
                1 + LEADER / width, ys[2], text, fontsize=LABEL_SIZE, va="center_baseline", color=ink, **how
            )
