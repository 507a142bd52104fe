"""The entries of a key, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterable

from concur.drawing.page import BODY_WIDTH, SMALLEST, text_width

KEY_LINE, MARK_WIDTH, MARK_HEIGHT = 0.25, 0.3, 0.2

# The name of a mark, its meaning, and its place from the left.
Entry = tuple[str, str, float]


def key_lines(entries: Iterable[tuple[str, str]], start: float = 0.0) -> list[list[Entry]]:
    """`entries`: the name of each mark, and its meaning. All lines begin at `start`."""
    lines: list[list[Entry]] = []
    x = start
    for name, text in entries:
        width = MARK_WIDTH + 0.06 + text_width(text, SMALLEST)
        if not lines or x + width > BODY_WIDTH:
            lines.append([])
            x = start
        lines[-1].append((name, text, x))
        x += width + 0.2
    return lines
