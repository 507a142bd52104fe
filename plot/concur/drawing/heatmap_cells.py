"""The cells of heat maps: their colours, the marks of the best, and the key that explains them.

A colour says how many times as much a model needs as the baseline: blue is less, orange to red is more. Where
no difference was found, a cell has no colour. Nothing is told by colour alone: every cell has its number, the
best has a star and a thick outline, and those that share the first place have the sign '='.
"""

from __future__ import annotations

import math
from typing import Any

from matplotlib.colors import LinearSegmentedColormap, to_rgb

from concur.documents import units
from concur.documents.cases import Series
from concur.drawing import artists, style
from concur.drawing.key_lines import KEY_LINE, MARK_HEIGHT, MARK_WIDTH, key_lines
from concur.drawing.page import BODY_WIDTH, SMALLEST, Page
from concur.statistics.intervals import Estimate
from concur.statistics.ratios import Ranked, is_tie

# The strongest colours mean these ratios in all documents, so that readers can compare heat maps.
RATIO_LEAST, RATIO_MOST = 0.1, 100.0
BEST, BEST_MARK, TIE_MARK = "#0047c2", "★", "="
PLAIN = "#f7f7f5"
SLOWER = LinearSegmentedColormap.from_list("slower", ["#fdf1e2", "#fdd0a2", "#fb9a55", "#e0612a", "#a83210"])
FASTER = LinearSegmentedColormap.from_list("faster", ["#e9f2fa", "#b3d4ec", "#74b0dc", "#3f8ac6"])
SCALE_WIDTH = 2.1
SCALE_TICKS = (0.1, 1.0, 10.0, 100.0)
MARKS = {
    "best": "best: by more than 5 %, and than the interval",
    "tie": "share the first place: less than 5 % from the first, or not told apart from it",
    "plain": "less than 5 % from the baseline, or not told apart from it",
    "skipped": "skipped: the model cannot do it",
    "did_not_finish": "DNF: did not finish",
    "invalid": "invalid: wrong or missing work",
}
HEAT_STEPS = 80
# As WCAG 2 (AA) asks for.
CONTRAST_LEAST = 4.5


def heat(ratio: float) -> Any:
    # An eye cannot see these steps. With them, rounding errors of the logarithm do not change the picture,
    # and its palette has room for other colours.
    colours, end = (SLOWER, RATIO_MOST) if ratio >= 1 else (FASTER, RATIO_LEAST)
    share = min(1.0, math.log(ratio) / math.log(end))
    return colours(round(share * HEAT_STEPS) / HEAT_STEPS)


def ground(ratio: Estimate | None) -> Any:
    """The colour of a cell with this ratio to the baseline."""
    return PLAIN if ratio is None or is_tie(ratio) else heat(ratio.value)


def mark(ranked: Ranked, series: Series) -> str:
    """The sign before the number of the best, and of those that share the first place."""
    if series == ranked.best:
        return f"{BEST_MARK} "
    return f"{TIE_MARK} " if series in ranked.ties else ""


def luminance(colour: Any) -> float:
    """Of 0 to 1, as contrast is computed (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def contrast(one: Any, other: Any) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink(colour: Any) -> str:
    """A colour for text on this ground: the first that has enough contrast. Black always has, or white."""
    return next(ink for ink in (style.INK, "white", "black") if contrast(ink, colour) >= CONTRAST_LEAST)


def box(axes: Any, x: float, y: float, width: float, height: float, **how: Any) -> None:
    pad = 0.014
    artists.add_box(axes, x + pad, y + pad, width - 2 * pad, height - 2 * pad, **{"linewidth": 0, **how})


def best_box(axes: Any, x: float, y: float, width: float, height: float) -> None:
    box(axes, x, y, width, height, fill=False, edgecolor=BEST, linewidth=2.2)


def bad_box(axes: Any, outcome: str, x: float, y: float, width: float, height: float) -> None:
    how: dict[str, dict[str, Any]] = {
        "skipped": {"facecolor": "#f2f2f2", "edgecolor": "#c9c9c9", "hatch": "////"},
        "did_not_finish": {"facecolor": "#d2d2d2", "edgecolor": "#a5a5a5", "hatch": "xxxx"},
        "invalid": {
            "facecolor": "white",
            "edgecolor": style.ALERT,
            "linewidth": 1.1,
            "linestyle": (0, (3, 2)),
        },
    }
    box(axes, x, y, width, height, **how[outcome])


class Key:
    """Explains the colours and those marks that occur, in as many lines as they need."""

    def __init__(self, occurring: set[str], scaled: bool = True) -> None:
        """Without the scale of colours if nothing is compared with a baseline."""
        entries = [(name, text) for name, text in MARKS.items() if name in occurring]
        self.scaled = scaled
        self.lines = key_lines(entries, SCALE_WIDTH + 0.3 if scaled else 0.0)

    @property
    def height(self) -> float:
        return KEY_LINE * max(2 if self.scaled else 0, len(self.lines))

    def draw(self, page: Page, top: float) -> None:
        if not self.height:
            return
        axes = page.axes(0, top, BODY_WIDTH, self.height)
        axes.set(xlim=(0, BODY_WIDTH), ylim=(self.height, 0))
        axes.axis("off")
        if self.scaled:
            draw_scale(axes)
        for row, line in enumerate(self.lines):
            for name, text, x in line:
                self._entry(axes, name, text, x, 0.02 + KEY_LINE * row)

    def _entry(self, axes: Any, name: str, text: str, x: float, y: float) -> None:
        place = (x, y, MARK_WIDTH, MARK_HEIGHT)
        if name in ("best", "tie", "plain"):
            box(axes, *place, facecolor=PLAIN if name == "plain" else heat(0.7))
            sign = {"best": BEST_MARK, "tie": TIE_MARK}.get(name, "1×")
            axes.text(x + MARK_WIDTH / 2, y + 0.1, sign, va="center", ha="center", fontsize=SMALLEST)
            if name == "best":
                best_box(axes, *place)
        else:
            bad_box(axes, name, *place)
        axes.text(x + MARK_WIDTH + 0.06, y + 0.1, text, va="center", fontsize=SMALLEST)


def draw_scale(axes: Any) -> None:
    steps = 60
    for step in range(steps):
        colour = heat(RATIO_LEAST * (RATIO_MOST / RATIO_LEAST) ** (step / (steps - 1)))
        left, width = SCALE_WIDTH * step / steps, SCALE_WIDTH / steps * 1.2
        artists.add_box(axes, left, 0.04, width, 0.16, facecolor=colour)
    last = len(SCALE_TICKS) - 1
    for place, tick in enumerate(SCALE_TICKS):
        text = units.ratio_tick(tick) + ("+" if place == last else "")
        sideways = {0: "left", last: "right"}.get(place, "center")
        axes.text(SCALE_WIDTH * place / last, 0.23, text, va="top", ha=sideways, fontsize=SMALLEST)
