"""One chart's sheet: title, subtitle, a body laid out in inches, footnotes, and where the figures come from.

Everything is placed by measured text, in inches from the top left corner, so nothing is cut off or overlaps.
Drawn 9 inches wide: shown 900 pixels wide, 8 points are 11 pixels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from concur.documents import labels
from concur.documents.results import Document
from concur.drawing import style

WIDTH = 9.0
MARGIN = 0.2
BODY_WIDTH = WIDTH - 2 * MARGIN
POINTS_PER_INCH = 72
LINE = 1.35

TITLE, SUBTITLE, NOTE, FOOTER = 12.5, 8.5, 7.2, 6.8


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """In inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / POINTS_PER_INCH


def line_height(size: float) -> float:
    return size * LINE / POINTS_PER_INCH


def wrap(text: str, size: float, width: float = BODY_WIDTH, weight: str = "normal") -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def shorten(text: str, size: float, width: float, weight: str = "normal") -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if text_width(text, size, weight) <= width:
        return text
    while text and text_width(text + "…", size, weight) > width:
        text = text[:-1]
    return text.rstrip(" ,:;") + "…"


FIGURE = re.compile(r"\d+(?:\.\d+)?[kM]?")
FACTORS = {"k": 1e3, "M": 1e6}


def figure(text: str) -> float:
    """Of a figure as charts write it: 450, 10k, 1M."""
    return float(text.rstrip("kM")) * FACTORS.get(text[-1], 1.0)


def together(texts: Sequence[str]) -> str:
    """Texts that differ in their figures alone, as one: with the range of each figure."""

    def span(found: Sequence[str]) -> str:
        low, high = min(found, key=figure), max(found, key=figure)
        return low if low == high else f"{low} to {high}"

    spans = iter([span(found) for found in zip(*(FIGURE.findall(text) for text in texts))])
    return FIGURE.sub(lambda _: next(spans), texts[0])


@dataclass
class Footnotes:
    """Reasons, each written once below the chart and numbered where it applies.

    Those that differ in their figures alone share a number: what a model cannot do, it cannot do at any of
    many sizes.
    """

    groups: dict[str, list[str]] = field(default_factory=dict)
    most: int = 14

    def number(self, text: str) -> int:
        shape = FIGURE.sub("#", text)
        texts = self.groups.setdefault(shape, [])
        if text not in texts:
            texts.append(text)
        return list(self.groups).index(shape) + 1

    def lines(self) -> list[str]:
        texts = [f"[{number}] {together(group)}" for number, group in enumerate(self.groups.values(), 1)]
        if len(texts) > self.most:
            rest = len(texts) - self.most
            texts[self.most :] = [f"… and {rest} more reasons: plot/summary.py lists them all"]
        return texts


class Page:
    def __init__(
        self,
        document: Document,
        title: str,
        subtitle: Sequence[str],
        body_height: float,
        spread: str,
        notes: Sequence[str] = (),
    ) -> None:
        alert = incomplete(document)
        head_width = BODY_WIDTH - (text_width(alert, SUBTITLE, "bold") + 0.2 if alert else 0)
        head = [(line, TITLE, style.INK, "bold") for line in wrap(title, TITLE, head_width, "bold")]
        for text in filter(None, subtitle):
            head += [(line, SUBTITLE, style.MUTED, "normal") for line in wrap(text, SUBTITLE)]
        foot = [(line, NOTE, style.INK, "normal") for text in notes for line in wrap(text, NOTE)]
        foot += [("", FOOTER / 2, style.INK, "normal")] if foot else []
        foot += [(line, FOOTER, style.MUTED, "normal") for text in origin(document, spread) for line in text]
        head_height = sum(line_height(size) for _, size, _, _ in head) + 0.12
        foot_height = sum(line_height(size) for _, size, _, _ in foot) + 0.14
        self.height = MARGIN + head_height + body_height + foot_height + MARGIN * 0.7
        self.body_top = MARGIN + head_height
        self.figure = Figure(figsize=(WIDTH, self.height), facecolor="white")
        self._lines(head, MARGIN)
        self._lines(foot, self.body_top + body_height + 0.14)
        if alert:
            self.text(
                BODY_WIDTH,
                MARGIN - self.body_top,
                alert,
                SUBTITLE,
                color=style.ALERT,
                ha="right",
                weight="bold",
            )

    def _lines(self, lines: Sequence[tuple[str, float, str, str]], top: float) -> None:
        for text, size, colour, weight in lines:
            self.text(0, top - self.body_top, text, size, color=colour, weight=weight)
            top += line_height(size)

    def text(self, x: float, y: float, text: str, size: float, **how: Any) -> None:
        """At x, y inches from the top left corner of the body; its top left corner there if not told."""
        how = {"ha": "left", "va": "top", **how}
        self.figure.text(
            (MARGIN + x) / WIDTH, 1 - (self.body_top + y) / self.height, text, fontsize=size, **how
        )

    def axes(self, x: float, y: float, width: float, height: float, **how: Any) -> Any:
        """Axes whose top left corner is at x, y inches from that of the body."""
        bottom = self.height - self.body_top - y - height
        box = ((MARGIN + x) / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box, **how)


def incomplete(document: Document) -> str:
    if document.complete:
        return ""
    planned = f" of {document.planned}" if document.planned else ""
    return f"incomplete: {document.present}{planned} samples"


def origin(document: Document, spread: str) -> list[list[str]]:
    """What every chart says about its figures, as wrapped lines."""
    this = document.origin
    kernel = this.kernel if this.kernel.lower().startswith("linux") else f"Linux {this.kernel}"
    cpus = "1 CPU" if this.cpus == 1 else f"{this.cpus} CPUs"
    rounds = "1 round: no spread known" if document.rounds == 1 else f"{document.rounds} rounds"
    where = f"{this.cpu}, {cpus} · {kernel} · {this.compiler} · placement: {this.placement} · {rounds}"
    how = spread if document.rounds > 1 else ""
    concur = f"concur {document.version} ({this.revision[:12]})"
    return [wrap(text, FOOTER) for text in (where, " · ".join(filter(None, [how, concur])))]


def reason_note(outcome: str, reason: str) -> str:
    return f"{labels.outcome(outcome)}: {reason}"
