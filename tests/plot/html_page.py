"""Reads a page as a tree, and says what is wrong with its structure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = (one if isinstance(one, str) else one.text for one in self.children)
        return " ".join("".join(parts).split())

    def all(self, *tags: str, **attributes: str) -> Iterator[Element]:
        """The elements below this one, in the order of the page."""
        for one in self.children:
            if isinstance(one, Element):
                matches = all(one.attributes.get(name.strip("_")) == of for name, of in attributes.items())
                if (not tags or one.tag in tags) and matches:
                    yield one
                yield from one.all(*tags, **attributes)

    def first(self, *tags: str, **attributes: str) -> Element:
        return next(self.all(*tags, **attributes))


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("root", {})]
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.unbalanced.append(f"</{tag}> closes <{self.open[-1].tag}>")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(text: str) -> Element:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.unbalanced == [] and len(reader.open) == 1, reader.unbalanced
    return reader.open[0]


def faults(page: Element) -> list[str]:
    """What is wrong with the structure of a page."""
    return [*_headings(page), *_tables(page), *_addresses(page), *_fields(page), *_loaded(page)]


def _headings(page: Element) -> Iterator[str]:
    levels = [int(one.tag[1]) for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"levels of headings: {levels}"
    for before, level in zip(levels, levels[1:]):
        if level > before + 1:
            yield f"h{level} after h{before}"
    for tag in ("main", "nav", "header"):
        if len(list(page.all(tag))) != 1:
            yield f"not one <{tag}>"
    if not page.first("html").attributes.get("lang") or not page.first("title").text:
        yield "no language or no title"


def _tables(page: Element) -> Iterator[str]:
    for table in page.all("table"):
        if not any(isinstance(one, Element) and one.tag == "caption" for one in table.children):
            yield f"no caption: {table.text[:60]}"
    for head in page.all("th"):
        if head.attributes.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            yield f"no scope: {head.text}"
    for chart in page.all("svg"):
        if chart.attributes.get("role") != "img" or not chart.attributes.get("aria-label"):
            yield f"no name: svg {chart.text[:60]}"


def _addresses(page: Element) -> Iterator[str]:
    ids = Counter(one.attributes["id"] for one in page.all() if "id" in one.attributes)
    yield from (f"twice: id {name}" for name, count in ids.items() if count > 1)
    for one in page.all():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            if name in one.attributes and one.attributes[name] not in ids:
                yield f"{name} of nothing: {one.attributes[name]}"
    for link in page.all("a"):
        address = link.attributes.get("href", "")
        if address.startswith("#") and address[1:] not in ids:
            yield f"leads nowhere: {address}"
        if not link.text:
            yield f"no text: link to {address}"


def _fields(page: Element) -> Iterator[str]:
    labelled = {id(one) for label in page.all("label") for one in label.all("input", "select")}
    for one in page.all("input", "select"):
        if id(one) not in labelled:
            yield f"no label: {one.attributes}"


def _loaded(page: Element) -> Iterator[str]:
    """What would load something, or run a script from an attribute."""
    for one in page.all():
        for name, value in one.attributes.items():
            if name.startswith("on"):
                yield f"handler: {one.tag} {name}"
            if name in ("src", "href", "action", "data", "srcset") and (":" in value or value[:2] == "//"):
                if value != "data:,":
                    yield f"loads: {one.tag} {name}={value}"
    for style in page.all("style"):
        if "url(" in style.text or "@import" in style.text:
            yield "the style loads something"
