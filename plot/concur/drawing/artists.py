"""Adds lines, bars and texts to axes whose limits are already set.

matplotlib's own functions (plot, barh, errorbar, annotate) compute new limits of the axes after each call.
That takes most of their time, and a chart has hundreds of marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

from concur.statistics.intervals import Estimate

POINT = 1 / 72


def add_line(axes: Any, xs: Sequence[float], ys: Sequence[float], **how: Any) -> None:
    axes.add_artist(Line2D(xs, ys, **how))


def add_box(axes: Any, x: float, y: float, width: float, height: float, **how: Any) -> None:
    axes.add_artist(Rectangle((x, y), width, height, **how))


def add_interval(axes: Any, estimate: Estimate, y: float, colour: str, capsize: float) -> None:
    """A thin horizontal line with a cap at both ends of the interval."""
    bounds = [estimate.low, estimate.high]
    thin = {"color": colour, "linewidth": 0.8, "solid_capstyle": "butt"}
    add_line(axes, bounds, [y, y], marker="|", markersize=2 * capsize, **thin)


def add_texts_beside(axes: Any, places: Sequence[tuple[float, float, str]], size: float) -> None:
    """Adds each text a little to the right of its place (x, y)."""
    offset = ScaledTranslation(5 * POINT, 0, axes.figure.dpi_scale_trans)
    beside = axes.transData + offset
    for x, y, text in places:
        axes.text(x, y, text, fontsize=size, va="center_baseline", transform=beside)
