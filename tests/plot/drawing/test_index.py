"""One page with all charts."""

from html.parser import HTMLParser

from concur.drawing.index import Chart, html

CHARTS = {
    "overview": Chart("overview", "All models <tie>"),
    "compare_echo": Chart("echo: wall time", "echo: wall time. epoll & poll tie"),
}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.ids, self.text = [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found["id"]} if "id" in found else set()
        if tag == "img":
            self.images.append((found["src"], found["alt"]))
        if tag == "a":
            self.links.append(found["href"])

    def handle_data(self, data):
        self.text += data


def test_it_shows_each_chart_with_its_title():
    page = Page(html("A run", CHARTS, {}, ["png", "svg"]))
    assert page.images == [
        ("overview.png", "All models <tie>"),
        ("compare_echo.png", "echo: wall time. epoll & poll tie"),
    ]
    files = {f"{name}.{suffix}" for name in CHARTS for suffix in ("png", "svg")}
    assert files <= set(page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} == set(CHARTS) == page.ids


def test_it_names_the_charts_that_could_not_be_drawn():
    reasons = {"scaling_echo": "two points are no line: <1"}
    assert "scaling_echo: two points are no line: <1" in Page(html("A run", CHARTS, reasons, ["png"])).text
    assert "could not be drawn" not in html("A run", CHARTS, {}, ["png"])


def test_a_format_that_is_the_only_one_is_shown():
    assert Page(html("A run", CHARTS, {}, ["svg"])).images[0][0] == "overview.svg"


def test_it_needs_no_network_and_no_script():
    text = html("A run", CHARTS, {}, ["png"])
    assert "://" not in text and "<script" not in text
