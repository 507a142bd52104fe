"""The pages with generated blocks, and the markers between which a block stands.

    <!-- figures:NAME -->                 <!-- table:NAME -->
    ...                                   ...
    <!-- end of figures -->               <!-- end of table -->

The markers may also stand within a line, around a few words of a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE, FIGURES = "table", "figures"
_BLOCK = re.compile(
    r"(?P<begin><!-- (?P<kind>table|figures):(?P<name>[\w-]+) -->)(?P<line>\n?)"
    r"(?P<body>.*?)(?P<end><!-- end of (?P=kind) -->)",
    re.DOTALL,
)
# Every marker, also one that belongs to no block.
_MARKER = re.compile(r"<!-- *(?:table:|figures:|end of )[^>]*-->")


class BlockError(Exception):
    """A block cannot be made; the text is one line."""


@dataclass(frozen=True)
class Block:
    kind: str
    name: str
    body: str


def pages(root: Path = ROOT) -> list[Path]:
    """All pages that may have blocks."""
    fixed = ("README.md", "CONTRIBUTING.md", "results/README.md")
    return [*(root / name for name in fixed), *sorted((root / "docs").glob("*.md"))]


def _block(found: re.Match[str]) -> Block:
    return Block(found["kind"], found["name"], found["body"])


def blocks(text: str) -> list[Block]:
    return [_block(found) for found in _BLOCK.finditer(text)]


def outside(text: str) -> str:
    """The text of a page without its blocks."""
    return _BLOCK.sub("", text)


def check_markers(page: Path, text: str) -> None:
    """Refuses a marker without its partner: its block would never be filled, and nobody would see it."""
    nested = "".join(block.body for block in blocks(text))
    for marker in _MARKER.findall(outside(text) + nested):
        raise BlockError(f"{page.name}: the marker {marker} has no partner")


def filled(text: str, body: Callable[[Block], str | None]) -> str:
    """The text with the body of each block made anew; None: the block stays as it is."""

    def block(found: re.Match[str]) -> str:
        made = body(_block(found))
        if made is None:
            return found[0]
        # A block on lines of its own ends with its line; one within a line does not.
        return found["begin"] + found["line"] + made.strip("\n") + found["line"] + found["end"]

    return _BLOCK.sub(block, text)


def different(old: str, new: str) -> list[str]:
    """The names of the blocks that differ in two versions of a page."""
    return [f"{was.kind}:{was.name}" for was, now in zip(blocks(old), blocks(new)) if was != now]
