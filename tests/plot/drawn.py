"""Draws documents without writing files, and looks at the figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.text import Text

from concur.commands import plot
from concur.documents import results
from concur.drawing import style
from concur.drawing.index import Chart
from concur.drawing.output import Output
from concur.drawing.page import Page

DPI = 100
# To make a picture of a figure takes longer than all that is asked of the figure itself, so one chart of each
# kind becomes one. Among those that become PNG, whose size is limited, is the largest of all: compare_echo.
PICTURES = {
    "png": {"overview", "compare_echo", "grain_primes", "scaling_echo", "latency_timers"},
    "svg": {"overview", "compare_mandelbrot", "grain_primes", "scaling_echo", "latency_timers"},
}
SIZE_LEAST = 8.0
NO_PICTURE = b"left out"


class Kept(Output):
    """Keeps the figures instead of writing them: all charts, or those of these names and kinds."""

    def __init__(self, *chosen: str) -> None:
        super().__init__(folder=Path("nowhere"), formats=())
        self.chosen = chosen
        self.figures: dict[str, Any] = {}
        self.skipped: dict[str, str] = {}

    def wants(self, name: str) -> bool:
        super().wants(name)
        return not self.chosen or name in self.chosen or name.split("_")[0] in self.chosen

    def save(self, name: str, page: Page) -> None:
        self.charts[name] = Chart(page.name, page.title)
        self.figures[name] = page.figure

    def skip(self, name: str, why: str) -> None:
        self.skipped[name] = why


def lay_out(figure: Any) -> None:
    """Puts every text in its place, as drawing does, without filling any pixel."""
    figure.set_dpi(DPI)
    with matplotlib.rc_context(style.RC):
        figure.draw_without_rendering()


def figures(made: Any, *chosen: str) -> Kept:
    """The charts of a document that is given as JSON."""
    kept = Kept(*chosen)
    plot.draw(results.read(made, Path("made.json")), kept)
    for figure in kept.figures.values():
        lay_out(figure)
    return kept


def texts(figure: Any) -> list[Any]:
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def words(figure: Any) -> str:
    """With plain spaces before units, where lines do not end."""
    return "\n".join(t.get_text().replace("\u00a0", " ") for t in texts(figure))


def overlaps(figure: Any) -> list[tuple[str, str]]:
    """Pairs of texts that lie on one another by more than a hair, and texts beyond the edge."""
    found = texts(figure)
    boxes = np.array([t.get_window_extent().extents for t in found])
    width, height = figure.bbox.width, figure.bbox.height
    outside = (boxes[:, :2] < -0.5).any(axis=1) | (boxes[:, 2] > width + 0.5) | (boxes[:, 3] > height + 0.5)
    hair = 1.2
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = ((high - low) > hair).all(axis=2)
    pairs = [(found[a].get_text(), found[b].get_text()) for a, b in np.argwhere(np.triu(common, 1))]
    return pairs + [(found[index].get_text(), "edge") for index in np.flatnonzero(outside)]


def too_small(figure: Any) -> list[str]:
    """Texts that have less than 11 pixels if the page is shown 900 pixels wide."""
    return [t.get_text() for t in texts(figure) if t.get_fontsize() < SIZE_LEAST * 0.99]
