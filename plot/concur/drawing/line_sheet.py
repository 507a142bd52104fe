"""Line sheets: a line for each series over an argument, a rate or a date, with its name at its end.

Names are moved apart, and a thin leader connects each with its line. If a line ends early, a footnote says
why. A panel with too many lines is drawn in parts: each has the lines of a few families in colour, on the
same axes, and all other lines in grey behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from concur.documents.results import Document
from concur.drawing import artists, line_axes, style
from concur.drawing.families import group_families
from concur.drawing.label_layout import place_labels
from concur.drawing.lines import Across, Head, Line, Panel
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, SMALLEST, Footnotes, Page, text_width

LABEL_SIZE, LABEL_PITCH = SMALLEST, 0.148
FOOT, LEFT, LEADER, HEAD, HEAD_BARE = 0.62, 0.62, 0.3, 0.3, 0.06
HEIGHT_LEAST = 3.1
# A panel with more lines is drawn in parts.
LINES_MOST = 10
PART_LINES_MOST = 7
PART_COLUMNS, PART_GAP, PART_HEIGHT_LEAST = 2, 0.15, 2.0
HEADING = 0.3
BACKGROUND_LINE = "#e2e2e2"
# Points of different series over the same argument are moved apart ("dodged") by this part of a decade.
DODGE_DECADES = 0.09


@dataclass(frozen=True)
class Part:
    """A part of a panel, or the whole panel: these lines have colours and names."""

    panel: Panel
    title: str
    drawn: tuple[Line, ...]
    names: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return len(self.drawn) == len(self.panel.drawn)

    @property
    def height(self) -> float:
        least = HEIGHT_LEAST if self.is_whole else PART_HEIGHT_LEAST
        return max(least, (len(self.drawn) + 1) * LABEL_PITCH)

    @property
    def head(self) -> float:
        return HEAD if self.title else HEAD_BARE

    @property
    def label_width(self) -> float:
        return max(text_width(name, LABEL_SIZE) for name in self.names)


@dataclass(frozen=True)
class Row:
    """Parts side by side, with a heading."""

    parts: tuple[Part, ...]
    heading: str = ""

    @property
    def top(self) -> float:
        return HEADING if self.heading else 0.0

    @property
    def height(self) -> float:
        return self.top + max(part.head + part.height for part in self.parts) + FOOT


def filling(one: Line, drawn: Sequence[Line]) -> str:
    """The filling of its markers: another one for each line of the same model."""
    same = [other.series for other in drawn if other.series.model == one.series.model]
    return style.FILLINGS[same.index(one.series) % len(style.FILLINGS)]


def name_of(one: Line, notes: Footnotes) -> str:
    text = one.name
    return text if one.note is None else f"{text} [{notes.number(one.note)}]"


class LineSheet:
    def __init__(self, document: Document) -> None:
        self.document = document

    def save(
        self, output: Output, name: str, head: Head, panels: Sequence[Panel], warnings: Sequence[str] = ()
    ) -> None:
        notes = Footnotes()
        rows = self._rows(panels, notes)
        height = sum(row.height for row in rows)
        foot = [*notes.lines(), *warnings]
        page = Page(
            self.document, head.title, head.subtitle, height, head.interval_note, foot, kicker=head.kicker
        )
        columns = max(len(row.parts) for row in rows)
        width = (BODY_WIDTH - (columns - 1) * PART_GAP) / columns
        # Parts in the same column are equally wide.
        plots = [
            width
            - LEFT
            - LEADER
            - 0.05
            - max(row.parts[at].label_width for row in rows if at < len(row.parts))
            for at in range(columns)
        ]
        top = 0.0
        for row in rows:
            page.text(0, top, row.heading, 9.5, weight="bold")
            for at, part in enumerate(row.parts):
                self._draw_part(page, part, (at * (width + PART_GAP), top + row.top + part.head, plots[at]))
            top += row.height
        output.save(name, page)

    def _rows(self, panels: Sequence[Panel], notes: Footnotes) -> list[Row]:
        rows = []
        for panel in panels:
            parts = self._parts(panel, notes)
            if len(parts) == 1:
                rows.append(Row(tuple(parts)))
            else:
                for start in range(0, len(parts), PART_COLUMNS):
                    side_by_side = tuple(parts[start : start + PART_COLUMNS])
                    rows.append(Row(side_by_side, panel.title if start == 0 else ""))
            for one in panel.lines:
                if one.note is not None:
                    notes.number(one.note)
        return rows

    def _parts(self, panel: Panel, notes: Footnotes) -> list[Part]:
        drawn = panel.drawn
        groups = [(panel.title, drawn)]
        if len(drawn) > LINES_MOST:
            groups = group_families(
                drawn, lambda one: self.document.families.get(one.series.model, ""), PART_LINES_MOST
            )
        return [
            Part(panel, title, tuple(members), tuple(name_of(one, notes) for one in members))
            for title, members in groups
        ]

    def _draw_part(self, page: Page, part: Part, place: tuple[float, float, float]) -> None:
        left, top, width = place
        panel, everything = part.panel, part.panel.drawn
        axes = page.axes(left + LEFT, top, width, part.height)
        page.text(left + LEFT, top - 0.08, part.title, 8.5, va="bottom", weight="bold")
        axes.grid(True)
        line_axes.set_x_axis(axes, panel, width)
        line_axes.set_y_axis(axes, panel)
        line_axes.draw_background(axes, panel, part.drawn, self.document.families)
        axes.set_ylabel(panel.y_name, labelpad=3)
        for one in everything:
            if one not in part.drawn:
                heights = [e.value for e in one.points.values()]
                artists.add_line(
                    axes, list(one.points), heights, color=BACKGROUND_LINE, linewidth=0.9, zorder=1
                )
        for one in part.drawn:
            self._draw_line(axes, one, part.drawn, panel.across)
        self._draw_labels(axes, part, (width, part.height))

    def _draw_line(self, axes: Any, one: Line, drawn: Sequence[Line], across: Across) -> None:
        look = style.look(one.series.model, self.document.families)
        rank = drawn.index(one) / max(1, len(drawn) - 1) - 0.5
        dodged = across.dodged and axes.get_xscale() == "log"
        shift = 10 ** (rank * DODGE_DECADES) if dodged else 1.0
        how = {
            "color": look.colour,
            "linestyle": "none",
            "fillstyle": filling(one, drawn),
            "elinewidth": 0.9,
            "capsize": 1.6,
        }
        sound = {x: e for x, e in one.points.items() if x not in one.crossed}
        crossed = {x: e for x, e in one.points.items() if x in one.crossed}
        heights = [e.value for e in one.points.values()]
        path = {"color": look.colour, "linestyle": look.line, "linewidth": 1.4}
        artists.add_line(axes, [x * shift for x in one.points], heights, **path)
        for points, marker in ((sound, look.marker), (crossed, "x")):
            values = list(points.values())
            spans = [[e.value - e.low for e in values], [e.high - e.value for e in values]]
            places = [x * shift for x in points]
            mark = {"marker": marker, "markersize": 4.2, "markeredgewidth": 1.0}
            if values:
                axes.errorbar(places, [e.value for e in values], yerr=spans, **how, **mark)

    def _draw_labels(self, axes: Any, part: Part, box: tuple[float, float]) -> None:
        """Names at the right, moved apart; a thin leader connects each with the end of its line."""
        width, height = box
        drawn = part.drawn
        ends = [max(one.points) for one in drawn]
        to_inches = axes.transData + axes.transAxes.inverted()
        tips_at = [to_inches.transform((x, one.points[x].value)) for x, one in zip(ends, drawn)]
        wanted = [float(y) * height for _, y in tips_at]
        tips = [float(x) * width for x, _ in tips_at]
        placed = place_labels(wanted, LABEL_PITCH, LABEL_PITCH / 2, height - LABEL_PITCH / 2)
        for text, one, tip, before, after in zip(part.names, drawn, tips, wanted, placed):
            look = style.look(one.series.model, self.document.families)
            xs = [tip / width + 0.008, 1 + 0.06 / width, 1 + (LEADER - 0.04) / width]
            ys = [before / height, before / height, after / height]
            early = tip < 0.9 * width
            thin = {"linewidth": 0.6, "alpha": 0.6, "linestyle": ":" if early else "-"}
            how = {"transform": axes.transAxes, "clip_on": False}
            artists.add_line(axes, xs, ys, color=look.colour, **thin, **how)
            how = {"fontsize": LABEL_SIZE, "va": "center_baseline", **how}
            axes.text(1 + LEADER / width, ys[2], text, color=style.for_text(look.colour), **how)
