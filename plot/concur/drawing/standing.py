"""How a model stands to the baseline of its case: in words, in signs and in colours.

Readers with red or green blindness can distinguish these colours (tests/plot/drawing/test_standing.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from concur.documents import units
from concur.documents.cases import Series
from concur.drawing import artists
from concur.drawing.heatmap_cells import BEST, TIE_MARK, mark
from concur.drawing.key_lines import KEY_LINE, MARK_HEIGHT, MARK_WIDTH, key_lines
from concur.drawing.page import BODY_WIDTH, SMALLEST, Page
from concur.statistics.ratios import Ranked, is_tie

BASELINE, FIRST, LESS, MORE, SAME = "baseline", "first", "less", "more", "same"
COLOURS = {BASELINE: "#4d565e", FIRST: BEST, LESS: "#7fb8e3", MORE: "#e8853b", SAME: "#b4bac0"}
WORDS = {
    BASELINE: "the baseline",
    FIRST: "★ best: by more than 5 %, and than the interval",
    LESS: "less than the baseline",
    MORE: "more than the baseline",
    SAME: "less than 5 % from the baseline, or not told apart from it",
}
TIES = "share the first place"


def standing(ranked: Ranked, series: Series) -> str:
    """A model without a ratio has the colour of one without a difference."""
    if series == ranked.best:
        return FIRST
    if series == ranked.baseline:
        return BASELINE
    ratio = ranked.ratios.get(series)
    if ratio is None or is_tie(ratio):
        return SAME
    return LESS if ratio.value < 1 else MORE


def ratio_text(value: float) -> str:
    """0.73×, 1.00×, 12.3×, 1.20k×: as plot/summary.py prints it."""
    return f"{units.bound(value)}×"


def ratio_with_mark(ranked: Ranked, series: Series) -> str:
    return mark(ranked, series) + ratio_text(ranked.ratios[series].value)


class StandingKey:
    """Explains the colours of bars, and the sign '='."""

    def __init__(self, found: Iterable[tuple[Ranked, Series]]) -> None:
        pairs = list(found)
        standings = {standing(ranked, series) for ranked, series in pairs}
        entries = [(name, text) for name, text in WORDS.items() if name in standings]
        if any(series in ranked.ties for ranked, series in pairs):
            entries.append((TIE_MARK, TIES))
        self.lines = key_lines(entries)

    @property
    def height(self) -> float:
        return KEY_LINE * len(self.lines)

    def draw(self, page: Page, top: float) -> None:
        if not self.lines:
            return
        axes = page.axes(0, top, BODY_WIDTH, self.height)
        axes.set(xlim=(0, BODY_WIDTH), ylim=(self.height, 0))
        axes.axis("off")
        for row, line in enumerate(self.lines):
            y = KEY_LINE * row
            for name, text, x in line:
                if name in COLOURS:
                    artists.add_box(
                        axes, x, y + 0.03, MARK_WIDTH, MARK_HEIGHT - 0.06, facecolor=COLOURS[name]
                    )
                else:
                    how = {"va": "center", "ha": "center", "fontsize": SMALLEST}
                    axes.text(x + MARK_WIDTH / 2, y + MARK_HEIGHT / 2, name, **how)
                axes.text(x + MARK_WIDTH + 0.06, y + MARK_HEIGHT / 2, text, va="center", fontsize=SMALLEST)
