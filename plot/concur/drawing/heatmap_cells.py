"""The cells of the heat map, coloured or hatched, and the key that explains them."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.colors import LinearSegmentedColormap, to_rgb

from concur.documents import units
from concur.drawing import artists, style
from concur.drawing.page import BODY_WIDTH, Page, text_width

KEY_LINE = 0.24
# The darkest colours mean these ratios in all documents, so that readers can compare heat maps.
RATIO_LEAST, RATIO_MOST = 0.1, 100.0
BEST, TIE = "#0b3f7a", "#7d9cc0"
SLOWER = LinearSegmentedColormap.from_list("slower", ["#fffaf2", "#fdd9a8", "#fb9a62", "#d9442f", "#7a0a12"])
FASTER = LinearSegmentedColormap.from_list("faster", ["#fffaf2", "#b5dbe8", "#5fa8c9", "#2f7fae"])
SCALE_WIDTH = 2.1
SCALE_TICKS = (0.1, 1.0, 10.0, 100.0)
MARKS = {
    "skipped": "skipped: the model cannot do it",
    "did_not_finish": "DNF: did not finish",
    "invalid": "invalid: wrong or missing work",
}
HEAT_STEPS = 80


def heat(ratio: float) -> Any:
    # An eye cannot see these steps. With them, rounding errors of the logarithm do not change the picture,
    # and its palette has room for other colours.
    colours, end = (SLOWER, RATIO_MOST) if ratio >= 1 else (FASTER, RATIO_LEAST)
    share = min(1.0, math.log(ratio) / math.log(end))
    return colours(round(share * HEAT_STEPS) / HEAT_STEPS)


def is_dark(colour: Any) -> bool:
    red, green, blue = to_rgb(colour)
    return bool(0.299 * red + 0.587 * green + 0.114 * blue < 0.55)


def box(axes: Any, x: float, y: float, width: float, height: float, **how: Any) -> None:
    pad = 0.012
    artists.add_box(axes, x + pad, y + pad, width - 2 * pad, height - 2 * pad, **{"linewidth": 0, **how})


def outline(best: bool) -> dict[str, Any]:
    return {"edgecolor": BEST, "linewidth": 2.0} if best else {"edgecolor": TIE, "linewidth": 1.0}


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


def key_entries(outcomes: set[str], tied: bool, best: bool) -> list[list[tuple[str, str, float]]]:
    """The lines of the key. Each entry has the name, the text and the place of a mark that occurs."""
    entries = []
    if best:
        entries.append(("best", "best: better than all others by more than 5 %, and than the interval"))
    if tied:
        entries.append(("tie", "share the first place: they differ by less than 5 %, or than the interval"))
    entries += [(name, text) for name, text in MARKS.items() if name in outcomes]
    lines: list[list[tuple[str, str, float]]] = [[]]
    x = SCALE_WIDTH + 0.25
    for name, text in entries:
        width = 0.31 + text_width(text, 7.2)
        if lines[-1] and x + width > BODY_WIDTH:
            lines.append([])
            x = SCALE_WIDTH + 0.25
        lines[-1].append((name, text, x))
        x += width + 0.2
    return lines


def draw_key(page: Page, top: float, lines: list[list[tuple[str, str, float]]]) -> None:
    """Draws the colour scale, and the marks with their meaning."""
    height = KEY_LINE * max(2, len(lines))
    axes = page.axes(0, top, BODY_WIDTH, height)
    axes.set(xlim=(0, BODY_WIDTH), ylim=(height, 0))
    axes.axis("off")
    steps = 60
    for step in range(steps):
        colour = heat(RATIO_LEAST * (RATIO_MOST / RATIO_LEAST) ** (step / (steps - 1)))
        left, width = SCALE_WIDTH * step / steps, SCALE_WIDTH / steps * 1.2
        artists.add_box(axes, left, 0.04, width, 0.14, facecolor=colour)
    for place, tick in enumerate(SCALE_TICKS):
        last = len(SCALE_TICKS) - 1
        text = units.ratio_tick(tick) + ("+" if place == last else "")
        sideways = {0: "left", last: "right"}.get(place, "center")
        axes.text(SCALE_WIDTH * place / last, 0.21, text, va="top", ha=sideways, fontsize=7)
    for row, line in enumerate(lines):
        y = 0.02 + KEY_LINE * row
        for name, text, x in line:
            if name in ("best", "tie"):
                box(axes, x, y, 0.26, 0.18, facecolor=heat(0.7), **outline(name == "best"))
            else:
                bad_box(axes, name, x, y, 0.26, 0.18)
            axes.text(x + 0.31, y + 0.09, text, va="center", fontsize=7.2)
