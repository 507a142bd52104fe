"""Links between the pages: each leads to a file of this tree, and to a heading of that page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks import pages
from blocks.pages import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
ALL = [*pages.pages(), ROOT / "CHANGELOG.md", ROOT / "bench/suites/README.md"]
README_LINES_MOST = 150


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in HEADING.findall(CODE.sub("", page.read_text()))}


def broken(page: Path, text: str) -> Iterator[str]:
    """The links of this text that lead nowhere; those to other sites are not tried."""
    for link in LINK.findall(CODE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            yield f"{link}: no such file"
        elif heading and target.suffix == ".md" and heading not in anchors(target):
            yield f"{link}: no such heading"


@pytest.mark.parametrize("page", ALL, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(broken(page, page.read_text())) == []


def test_a_broken_link_is_found() -> None:
    good = "[a](docs/README.md) [b](docs/reading.md#terms) [c](https://example.org/absent)"
    text = good + " [d](docs/absent.md) [e](docs/reading.md#absent) [f](#x)"
    assert list(broken(ROOT / "README.md", text)) == [
        "docs/absent.md: no such file",
        "docs/reading.md#absent: no such heading",
        "#x: no such heading",
    ]


def test_headings_become_anchors_as_on_github() -> None:
    assert anchor("How long must a task be?") == "how-long-must-a-task-be"
    assert anchor("asio, asio_coroutine, asio_pool") == "asio-asio_coroutine-asio_pool"


def test_the_index_lists_every_page_of_docs() -> None:
    index = ROOT / "docs/README.md"
    listed = {link.partition("#")[0] for link in LINK.findall(index.read_text())}
    assert {page.name for page in index.parent.glob("*.md")} - listed == {"README.md"}


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LINES_MOST
