"""The page of a chart: title, subtitle, body, footnotes, and the machine and program that were measured.

All texts are measured before they are placed, in inches from the top left corner. So no text is cut off, and
none lies on another. A page is 9 inches wide: if it is shown 900 pixels wide, 8 points are 11 pixels. No text
is smaller.
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

SMALLEST = 8.0
KICKER, TITLE, SUBTITLE, NOTE, FOOTER = 9.0, 12.0, 8.5, SMALLEST, SMALLEST


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """In inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / POINTS_PER_INCH


def line_height(size: float) -> float:
    return size * LINE / POINTS_PER_INCH


UNIT = re.compile(r"(?<=\d) (?=(?:ns|µs|ms|s|B|kB|MB|GB|KiB|MiB|GiB|%)\b|%)")


def wrap(text: str, size: float, width: float = BODY_WIDTH, weight: str = "normal") -> list[str]:
    """No line ends between a number and its unit."""
    lines = [""]
    for word in UNIT.sub("\u00a0", text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def shorten(text: str, size: float, width: float, weight: str = "normal") -> str:
    """The text, or if it is too long, its beginning with an ellipsis."""
    if text_width(text, size, weight) <= width:
        return text
    while text and text_width(text + "…", size, weight) > width:
        text = text[:-1]
    return text.rstrip(" ,:;") + "…"


NUMBER = re.compile(r"\d+(?:\.\d+)?[kM]?")
# A number, or the range of several: 3 to 40
RANGE = re.compile(rf"({NUMBER.pattern})(?: to ({NUMBER.pattern}))?")
FACTORS = {"k": 1e3, "M": 1e6}


def parse_number(text: str) -> float:
    """The number that is written as 450, 10k or 1M."""
    return float(text.rstrip("kM")) * FACTORS.get(text[-1], 1.0)


def together(texts: Sequence[str]) -> str:
    """One text for texts that differ only in their numbers: it has the range of each number."""

    def span(found: Sequence[tuple[str, str]]) -> str:
        ends = [end for low, high in found for end in (low, high or low)]
        least, most = min(ends, key=parse_number), max(ends, key=parse_number)
        return least if least == most else f"{least} to {most}"

    spans = iter([span(found) for found in zip(*(RANGE.findall(text) for text in texts))])
    return RANGE.sub(lambda _: next(spans), texts[0])


@dataclass
class Footnotes:
    """Texts below the chart. A text stands there once, and its number stands wherever it applies.

    Texts that differ only in their numbers share a footnote: a model often fails in many cases for one
    reason.
    """

    groups: dict[str, list[str]] = field(default_factory=dict)
    most: int = 14

    def number(self, text: str) -> int:
        shape = RANGE.sub("#", text)
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
        interval_note: str,
        notes: Sequence[str] = (),
        kicker: str = "",
    ) -> None:
        """`kicker`: what the chart is of, in a line above the title, which says what it shows."""
        # What a list of charts calls it, and what it says.
        self.name, self.title = kicker or title, ". ".join(filter(None, [kicker, title]))
        alert = labels.incomplete(document)
        head_width = BODY_WIDTH - (text_width(alert, SUBTITLE, "bold") + 0.2 if alert else 0)
        head = [(kicker, KICKER, style.MUTED, "bold")] if kicker else []
        head += [(line, TITLE, style.INK, "bold") for line in wrap(title, TITLE, head_width, "bold")]
        for text in filter(None, subtitle):
            head += [(line, SUBTITLE, style.MUTED, "normal") for line in wrap(text, SUBTITLE)]
        foot = [(line, NOTE, style.INK, "normal") for text in notes for line in wrap(text, NOTE)]
        foot += [("", FOOTER / 2, style.INK, "normal")] if foot else []
        foot += [
            (line, FOOTER, style.MUTED, "normal") for text in origin(document, interval_note) for line in text
        ]
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
        """Writes a text whose top left corner is x, y inches from that of the body."""
        how = {"ha": "left", "va": "top", **how}
        self.figure.text(
            (MARGIN + x) / WIDTH, 1 - (self.body_top + y) / self.height, text, fontsize=size, **how
        )

    def axes(self, x: float, y: float, width: float, height: float, **how: Any) -> Any:
        """Axes whose top left corner is x, y inches from the top left corner of the body."""
        bottom = self.height - self.body_top - y - height
        box = ((MARGIN + x) / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box, **how)


def origin(document: Document, interval_note: str) -> list[list[str]]:
    """The machine, the sets, the intervals and the program: two texts as wrapped lines."""
    this = document.origin
    kernel = this.kernel if this.kernel.lower().startswith("linux") else f"Linux {this.kernel}"
    cpus, sets = labels.cpus(this), labels.sets(document, "no spread known")
    where = f"{this.cpu}, {cpus} · {kernel} · {this.compiler} · placement: {this.placement} · {sets}"
    if document.is_foreign:
        where = " · ".join(labels.origin_facts(document, "no spread known"))
    how = interval_note if document.rounds > 1 else ""
    concur = "" if document.is_foreign else f"concur {document.version} ({this.revision[:12]})"
    return [wrap(text, FOOTER) for text in (where, " · ".join(filter(None, [how, concur])))]
