"""The axes of a panel of lines, and what stands behind the lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concur.drawing import artists, style, ticks
from concur.drawing.lines import Across, Line, Panel
from concur.drawing.page import SMALLEST, text_width

SHADE = "#fbeee4"


def set_y_axis(axes: Any, panel: Panel) -> None:
    values = [e for one in panel.drawn for e in one.points.values()]
    heights = [*(e.low for e in values), *(e.high for e in values), *panel.guide.values()]
    if not panel.logarithmic:
        end = max(heights) * 1.06
        axes.set_ylim(0, end)
        ticks.set_ticks(axes.yaxis, ticks.round_ticks(end, 1.0, 5), panel.y_format)
        return
    axes.set_yscale("log")
    low, high = min(heights) / 1.25, max(heights) * 1.25
    axes.set_ylim(low, high)
    ticks.set_ticks(axes.yaxis, ticks.log_ticks(low, high, 7), panel.y_format)


def draw_background(axes: Any, panel: Panel, drawn: Sequence[Line], families: Mapping[str, str]) -> None:
    if panel.reference is not None:
        axes.axhline(panel.reference, color="#999999", linewidth=0.8, zorder=0.5)
    if panel.guide:
        places, guide = list(panel.guide), list(panel.guide.values())
        artists.add_line(axes, places, guide, color="#777777", linewidth=1.0, linestyle="--", zorder=1)
        how = {"fontsize": SMALLEST, "color": style.MUTED, "ha": "right", "va": "bottom"}
        axes.text(places[-1], guide[-1], f"{panel.guide_name} ", **how)
    if panel.shade is not None:
        limit, (low, high) = panel.shade.limit, axes.get_ylim()
        if limit < high:
            axes.axhspan(max(limit, low), high, color=SHADE, linewidth=0, zorder=0)
        how = {"fontsize": SMALLEST, "color": style.MUTED, "style": "italic", "transform": axes.transAxes}
        # Lines fall from the top left to the bottom right.
        axes.text(0.99, 0.97, panel.shade.above, va="top", ha="right", **how)
        axes.text(0.01, 0.03, panel.shade.below, va="bottom", ha="left", **how)
    shown = {one.series for one in drawn}
    for series, x in ((series, x) for series, x in panel.crossings.items() if series in shown):
        colour = style.look(series.model, families).colour
        mark = {"marker": "D", "markersize": 6.5, "markerfacecolor": "white", "markeredgewidth": 1.6}
        artists.add_line(axes, [x], [panel.reference or 1.0], color=colour, zorder=5, **mark)


def room_of_ticks(across: Across, xs: Sequence[float]) -> float:
    """The inches that the widest tick needs."""
    lines = (line for x in xs for line in across.format_tick(x).split("\n"))
    return max(text_width(line, SMALLEST) for line in lines) + 0.12


def set_x_axis(axes: Any, panel: Panel, width: float) -> None:
    across = panel.across
    xs = sorted({x for one in panel.drawn for x in one.points})
    axes.set_xlabel(across.name, labelpad=2)
    if across.logarithmic and xs[0] > 0:
        axes.set_xscale("log")
        axes.set_xlim(xs[0] / 1.25, xs[-1] * 1.25)
        shown = ticks.thin(xs, width, room_of_ticks(across, xs))
    else:
        # A logarithmic axis cannot show zero (a delay, for example).
        room = 0.03 * (xs[-1] - xs[0]) or 1.0
        start = xs[0] - room if panel.logarithmic else 0.0
        axes.set_xlim(start, xs[-1] + room * 5 / 3)
        shown = ticks.thin_linear(xs, width, room_of_ticks(across, xs))
    ticks.set_ticks(axes.xaxis, shown, across.format_tick)
