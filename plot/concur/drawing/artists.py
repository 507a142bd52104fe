"""Adds lines, bars and texts to axes whose limits are already set.

matplotlib's own functions (plot, barh, errorbar, annotate) compute new limits of the axes after each call.
That takes most of their time, and a chart has hundreds of marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import ScaledTranslation

from concur.drawing import style

POINT = 1 / 72


def add_line(axes: Any, xs: Sequence[float], ys: Sequence[float], **how: Any) -> None:
    axes.add_artist(Line2D(xs, ys, **how))


def add_box(axes: Any, x: float, y: float, width: float, height: float, **how: Any) -> None:
    axes.add_artist(Rectangle((x, y), width, height, **how))


def add_whisker(axes: Any, low: float, high: float, y: float, open_end: bool) -> None:
    """An interval on a horizontal bar, with a white outline that is visible on dark bars.

    It has a cap at both ends; none at an end that lies beyond the axis.
    """
    outline = [withStroke(linewidth=2.2, foreground="white")]
    how = {"color": style.INK, "linewidth": 0.9, "solid_capstyle": "butt", "path_effects": outline}
    add_line(axes, [low, high], [y, y], **how)
    caps = [low] if open_end else [low, high]
    add_line(axes, caps, [y] * len(caps), marker="|", markersize=4, markeredgewidth=0.9,
             linestyle="", color=style.INK)  # fmt: skip


def add_text_beside(axes: Any, x: float, y: float, text: str, size: float, weight: str) -> None:
    """Adds a text a little to the right of this place, with a white outline that covers lines below it."""
    offset = ScaledTranslation(5 * POINT, 0, axes.figure.dpi_scale_trans)
    outline = [withStroke(linewidth=2.5, foreground="white")]
    how = {"fontsize": size, "weight": weight, "va": "center_baseline", "path_effects": outline}
    axes.text(x, y, text, transform=axes.transData + offset, **how)
