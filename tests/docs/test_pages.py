"""Blocks, their markers, and the text around them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocks import pages, templates
from blocks.pages import Block, BlockError

# [0.97, 1.02] or (0.97 to 1.02)
INTERVAL = re.compile(r"\[\d[\d,]*\.\d+, *\d[\d,.]*\]|\(\d[\d,.]* to \d[\d,.]*\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
TEXT = """before
<!-- figures:one -->
old
<!-- end of figures -->
about <!-- figures:two -->old<!-- end of figures --> of it
<!-- table:models -->
<!-- end of table -->
"""


def new(block: Block) -> str | None:
    return f"new {block.kind} {block.name}\n"


def test_blocks_are_filled_on_lines_and_within_lines() -> None:
    assert pages.filled(TEXT, new) == (
        "before\n<!-- figures:one -->\nnew figures one\n<!-- end of figures -->\n"
        "about <!-- figures:two -->new figures two<!-- end of figures --> of it\n"
        "<!-- table:models -->\nnew table models\n<!-- end of table -->\n"
    )


def test_what_is_fresh_stays() -> None:
    filled = pages.filled(TEXT, new)
    assert pages.filled(filled, new) == filled
    assert pages.different(filled, filled) == []


def test_a_block_that_is_not_made_stays_as_it_is() -> None:
    only_tables = pages.filled(TEXT, lambda block: new(block) if block.kind == "table" else None)
    assert only_tables == TEXT.replace("models -->\n", "models -->\nnew table models\n")


def test_a_stale_block_is_named() -> None:
    filled = pages.filled(TEXT, new)
    stale = filled.replace("new figures two", "figures of last year")
    assert pages.different(stale, filled) == ["figures:two"]


BEGIN, END = "<!-- figures:one -->", "<!-- end of figures -->"


@pytest.mark.parametrize(
    "text, marker",
    [
        (f"{BEGIN}\ntext\n", BEGIN),
        (f"text\n{END}\n", END),
        (f"{BEGIN}\ntext\n<!-- end of table -->\n", BEGIN),
        # The first block would swallow the second one.
        (f"{BEGIN}\ntext\n<!-- figures:two -->\n{END}\n", "<!-- figures:two -->"),
    ],
)
def test_a_marker_without_partner_is_refused(text: str, marker: str) -> None:
    pages.check_markers(Path("a.md"), TEXT)
    with pytest.raises(BlockError, match=f"a.md: the marker {marker} has no partner"):
        pages.check_markers(Path("a.md"), TEXT + text)


def test_every_template_stands_on_a_page() -> None:
    used = [block.name for page in pages.pages() for block in pages.blocks(page.read_text())]
    known = templates.Renderer.of().names()
    assert known and set(known) - set(used) == set()


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: str(page.relative_to(pages.ROOT)))
def test_measured_figures_stand_in_blocks_only(page: Path) -> None:
    text = CODE.sub("", pages.outside(page.read_text()))
    assert INTERVAL.findall(text) == []


def test_what_looks_like_an_interval_is_found() -> None:
    assert INTERVAL.findall("1.28 times [1.13, 1.74], 204 (175 to 213), (4.1 to 6.0)") == [
        "[1.13, 1.74]",
        "(175 to 213)",
        "(4.1 to 6.0)",
    ]
    assert INTERVAL.findall("1 to 2, [1, 100], [text](page)") == []
