"""The page in a real browser: sort, filter, detail, links with a state, print, and nothing on the console.

`./check report` runs it. With CONCUR_SCREENSHOTS=<folder>, pictures of the page are written there.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concur.documents import results, units
from concur.documents.cases import main_rows
from concur.report import render
from concur.statistics import ratios
from concur.statistics.measures import MEASURES
from concur.statistics.ratios import default_measure, to_baseline
from programs import ROOT

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="no chromium, or no chromedriver")
DOCUMENT = ROOT / "results/reference/quick.json"
# Each cell of the table of models: its text and its classes, by the model and the place of the case.
CELLS = """
    return [...document.querySelectorAll("#models tbody tr")].map((row) =>
        [row.cells[0].firstChild.textContent.trim(),
         [...row.cells].slice(1).map((cell) => cell.textContent)]);
"""


@pytest.fixture(scope="module")
def document() -> results.Document:
    return results.load(DOCUMENT)


@pytest.fixture(scope="module")
def address(document: results.Document, tmp_path_factory: pytest.TempPathFactory) -> str:
    output = tmp_path_factory.mktemp("page") / "report.html"
    inputs = render.Inputs(document, output, ROOT / "results/findings.toml")
    output.write_text(render.render(render.gather(inputs)))
    return output.as_uri()


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--window-size=1280,900"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield made
    made.quit()


class Page:
    def __init__(self, driver: Any, address: str) -> None:
        self.driver = driver
        self.address = address

    def open(self, state: str = "") -> Page:
        # From another page, so that the script starts anew.
        self.driver.get("about:blank")
        self.driver.get(self.address + state)
        return self

    def one(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        return list(self.driver.find_elements("css selector", selector))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def cells(self) -> dict[str, list[str]]:
        """The texts of each row of the table of models, in the order of the table."""
        return {model: texts for model, texts in self.run(CELLS)}

    def choose(self, name: str, value: str) -> None:
        Select(self.one(f"#controls [name={name}]")).select_by_value(value)

    def state(self) -> str:
        return str(self.driver.current_url.partition("#")[2])

    def shown(self, selector: str) -> list[str]:
        return [one.text for one in self.all(selector) if one.is_displayed()]

    def press(self, key: str) -> None:
        ActionChains(self.driver).send_keys(key).perform()

    def focused(self) -> Any:
        return self.driver.switch_to.active_element


@pytest.fixture
def page(driver: Any, address: str) -> Iterator[Page]:
    """The page as it opens. At the end of each test nothing may be on the console."""
    made = Page(driver, address)
    driver.get_log("browser")
    yield made.open()
    assert driver.get_log("browser") == []


def cases_of(document: results.Document) -> list[Any]:
    return [case for workload in document.workloads for case in workload.cases]


def plain(text: str) -> str:
    return text.strip("★=! ")


def place_of(document: results.Document, wanted: str) -> int:
    """The place of a workload's first case among all cases."""
    names = [workload.name for workload in document.workloads for _ in workload.cases]
    return names.index(wanted)


def test_the_table_is_that_of_python_before_and_after_the_script(page, document):
    static = Page(page.driver, page.address)
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        static.open()
        texts = [one.text for one in static.all("#models tbody td")]
        assert not static.one("#controls").is_displayed()
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    page.open()
    assert page.one("#controls").is_displayed()
    assert [text for row in page.cells().values() for text in row] == texts
    assert len(page.cells()) == len(main_rows(document.workloads))


def test_a_head_sorts_three_ways(page, document):
    before = list(page.cells())
    column = place_of(document, "echo")
    head = page.all("#models thead tr:nth-child(2) th")[column]
    head.find_element("tag name", "button").click()
    case = cases_of(document)[column]
    wanted = [series.model for series in to_baseline(case).order()]
    known = [model for model in page.cells() if model in wanted]
    assert known == [model for model in wanted if model in known] and len(known) > 5
    assert head.get_attribute("aria-sort") == "ascending" and "sort=c-echo-1" in page.state()
    head.find_element("tag name", "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    upwards = [model for model in page.cells() if model in wanted]
    assert upwards == known[::-1]
    # Those without a figure stay at the end.
    assert list(page.cells())[: len(upwards)] == upwards
    head.find_element("tag name", "button").click()
    assert head.get_attribute("aria-sort") == "none" and list(page.cells()) == before


@pytest.mark.parametrize("key", list(MEASURES))
def test_a_measure_shows_the_ratios_of_python(page, document, key):
    page.choose("measure", key)
    cells = page.cells()
    compared = 0
    for row in main_rows(document.workloads):
        for place, case in enumerate(cases_of(document)):
            ranked, series = to_baseline(case, MEASURES[key]), row.series_of(case)
            if series in ranked.ratios:
                assert plain(cells[row.model][place]) == f"{units.bound(ranked.ratios[series].value)}×"
                assert ("★" in cells[row.model][place]) == (series == ranked.best)
                assert ("=" in cells[row.model][place]) == (series in ranked.ties)
                compared += 1
            elif series is not None and case.cells[series].ok:
                # Without a figure of the baseline there are no ratios, but the figures themselves.
                known = ranked.absolute.get(series)
                shown = "–" if known is None else MEASURES[key].written(known.value)
                assert cells[row.model][place] == shown
    assert compared >= (5 if key == "memory" else 40)
    assert page.state() == f"measure={key}"


def test_another_baseline_shows_the_ratios_of_python(page, document):
    page.choose("baseline", "thread_per_task")
    rows = {row.model: row for row in main_rows(document.workloads)}
    cells, compared = page.cells(), 0
    for place, case in enumerate(cases_of(document)):
        base = rows["thread_per_task"].series_of(case)
        pairs = ratios.pairwise(case, default_measure(case))
        for model, row in rows.items():
            series = row.series_of(case)
            known = pairs.get((series, base)) or pairs.get((base, series))
            if known is not None:
                value = known.value if (series, base) in pairs else 1 / known.value
                text = plain(cells[model][place]).removesuffix("×")
                size = {"k": 1e3, "M": 1e6}.get(text[-1:], 1.0)
                # The last digit may differ by one.
                digit = 0.011 if value < 9.995 else 0.011 * value
                assert float(text.rstrip("kM")) * size == pytest.approx(value, abs=digit)
                compared += 1
    assert compared > 100
    assert all(plain(text) == "1.00×" or not text.endswith("×") for text in cells["thread_per_task"])


@pytest.mark.parametrize("margin", (0, 2, 10))
def test_a_margin_makes_the_ties_of_python(page, document, margin):
    page.choose("margin", str(margin))
    cells = page.cells()
    for row in main_rows(document.workloads):
        for place, case in enumerate(cases_of(document)):
            [leaders] = ratios.leaders(case, default_measure(case), [margin / 100])
            is_first = row.series_of(case) in leaders
            assert is_first == (cells[row.model][place][:1] in ("★", "="))


def test_filters_of_models_families_groups_and_workloads(page):
    page.one("[name=find]").send_keys("POLL")
    assert page.shown("#models tbody th") and all("poll" in text for text in page.shown("#models tbody th"))
    assert "find=POLL" in page.state()
    page.one("button[type=reset]").click()
    page.run("return new Promise((done) => setTimeout(done))")
    everything = page.shown("#models tbody th")
    page.one("#controls summary").click()
    page.one("[name=family][value=loops]").click()
    assert {text.split()[-1] for text in page.shown("#models tbody th")} == {"loops"}
    page.one("[name=model][value=select]").click()
    assert [text.split()[0] for text in page.shown("#models tbody th")] == ["select"]
    page.one("[name=group][value=io]").click()
    assert not page.one("#w-primes").is_displayed() and page.one("#w-echo").is_displayed()
    page.one("[name=workload][value=http]").click()
    assert page.shown("#models thead tr:first-child th") == ["Model", "http"]
    assert page.shown("section[data-w] h2") == ["http"]
    bars = page.all("section[data-w] svg g[data-r]")
    assert sum(bar.is_displayed() for bar in bars) == 1
    assert "Shown: 1 of" in page.one("#shown").text and "1 of" in page.one("#shown").text
    page.one("button[type=reset]").click()
    page.run("return new Promise((done) => setTimeout(done))")
    assert page.shown("#models tbody th") == everything and page.state() == ""


def test_pointer_and_focus_tell_the_figure(page, document):
    button = page.all("#models tbody tr")[1].find_elements("tag name", "button")[0]
    ActionChains(page.driver).move_to_element(button).perform()
    first = page.one("#tip").text
    case, row = cases_of(document)[0], main_rows(document.workloads)[1]
    ranked, series = to_baseline(case), row.series_of(case)
    ratio = ranked.ratios[series]
    assert row.model in first and ranked.measure.written(ranked.value(series)) in first
    assert units.interval(ratio.low, ratio.high) in first and f"of {ratio.sets} sets" in first
    assert "disturbed" in first or "not to be trusted" in first
    ActionChains(page.driver).move_to_element(page.one("h1")).perform()
    assert not page.one("#tip").is_displayed()
    button.send_keys(Keys.ARROW_DOWN)
    assert page.one("#tip").is_displayed() and page.one("#tip").text != first
    assert page.focused().get_attribute("aria-describedby") == "tip"


def test_the_peers_share_is_told(page, document):
    column = place_of(document, "echo")
    cell = page.all("#models tbody tr")[-1].find_elements("tag name", "td")[column]
    ActionChains(page.driver).move_to_element(cell.find_element("tag name", "button")).perform()
    assert "the peer used" in page.one("#tip").text


def test_the_keyboard_moves_opens_and_closes(page):
    first = page.all("#models tbody button")[0]
    # The whole table is one stop of the tabulator key.
    assert [one.get_attribute("tabindex") for one in page.all("#models tbody button")].count("0") == 1
    first.send_keys(Keys.ARROW_RIGHT)
    second = page.focused()
    assert second != first and second.get_attribute("tabindex") == "0"
    second.send_keys(Keys.ENTER)
    assert page.one("#detail").is_displayed() and "open=" in page.state()
    page.press(Keys.ESCAPE)
    assert not page.one("#detail").is_displayed() and page.state() == ""
    assert page.focused() == second
    second.send_keys(Keys.ARROW_LEFT)
    assert page.focused() == first
    first.send_keys(Keys.ARROW_LEFT, Keys.ARROW_UP)
    assert page.focused() == first


def test_a_click_opens_sets_and_the_command(page, document):
    column = place_of(document, "echo")
    cell = page.all("#models tbody tr")[-1].find_elements("tag name", "td")[column]
    cell.find_element("tag name", "button").click()
    case, row = cases_of(document)[column], main_rows(document.workloads)[-1]
    sample = case.cells[row.series_of(case)].samples[0]
    said = page.one("#detail").text
    assert f"{row.model} in echo" in said and "wall time of each set" in said
    assert "99th percentile of the latency" in said
    name = page.one("#detail-command").text.split(" ")[-1]
    assert page.one("#detail-command").text.startswith(
        "build/release/bench/bench_io --placement split --case "
    )
    assert sorted(name.split("/")) == sorted(sample.case_name.split("/"))
    assert len(page.all("#detail-body circle")) >= len(case.cells[row.series_of(case)].samples)
    page.one("#copy").click()
    assert page.run("return getSelection().toString()").startswith("build/release")
    page.one("#close").click()
    assert not page.one("#detail").is_displayed()


def test_a_row_of_a_section_opens_too(page):
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    button = page.all("table.figures tbody th button")[2]
    button.click()
    assert page.one("#detail-title").text.startswith(button.text)


def test_a_cell_without_a_figure_says_why(page):
    button = next(one for one in page.all("#models tbody button") if one.text == "skipped")
    button.click()
    assert "skipped: " in page.one("#detail").text


def test_a_link_restores_the_state(page, document):
    state = "#measure=cpu&baseline=poll&margin=10&group=io&find=po&sort-down=c-echo-2&open=c-echo-1.1"
    page.open(state)
    assert page.one("#detail").is_displayed() and "in echo" in page.one("#detail-title").text
    page.one("#close").click()
    assert page.one("[name=measure]").get_attribute("value") == "cpu"
    assert page.shown("#models thead tr:first-child th")[1] != "noop"
    assert all("po" in text for text in page.shown("#models tbody th"))
    head = page.all("#models thead tr:nth-child(2) th")[place_of(document, "echo") + 1]
    assert head.get_attribute("aria-sort") == "descending"
    # The address has what was chosen, without what was closed.
    assert set(page.state().split("&")) == set(state[1:].split("&")[:-1])


def test_another_state_in_the_address_is_taken_at_once(page):
    page.run("location.hash = '#find=epoll'")
    page.run("return new Promise((done) => setTimeout(done))")
    assert [text.split()[0] for text in page.shown("#models tbody th")] == ["epoll"]
    # The address of a section is no state.
    page.run("location.hash = '#w-echo'")
    page.run("return new Promise((done) => setTimeout(done))")
    assert [text.split()[0] for text in page.shown("#models tbody th")] == ["epoll"]


def test_a_link_to_a_section_opens_the_usual_view(page):
    page.open("#w-echo")
    assert [one.get_attribute("tabindex") for one in page.all("#models tbody button")].count("0") == 1
    assert page.run("return scrollY") > 0


@pytest.mark.parametrize(
    "state", ("#measure=none&margin=7", "#open=c-none.3", "#open=c-echo-1.99", "#a=b&%%%")
)
def test_a_state_that_is_wrong_does_no_harm(page, state):
    page.open(state)
    assert page.one("[name=margin]").get_attribute("value") == "5"
    assert len(page.shown("#models tbody th")) == len(page.cells())


def test_no_request_leaves_the_page(page):
    page.driver.get_log("performance")
    page.open()
    page.all("#models tbody button")[0].click()
    events = [json.loads(entry["message"])["message"] for entry in page.driver.get_log("performance")]
    sent = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
    assert sent and {url.partition(":")[0] for url in sent} <= {"file", "data", "about"}
    page.press(Keys.ESCAPE)


def test_print_opens_everything(page):
    page.run("window.opened = 0; addEventListener('beforeprint', () => setTimeout(() => 0))")
    assert page.all("details:not([open])")
    page.run(
        "addEventListener('beforeprint', () => { window.closed_ = document.querySelectorAll"
        "('details:not([open])').length; })"
    )
    printed = page.driver.execute_cdp_cmd("Page.printToPDF", {})
    assert len(base64.b64decode(printed["data"])) > 10_000
    assert page.run("return window.closed_") == 0
    # Afterwards it is as before.
    assert page.all("details:not([open])")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not page.one("#controls").is_displayed() and not page.one("nav").is_displayed()
        assert page.run("return getComputedStyle(document.querySelector('.tall')).maxHeight") == "none"
    finally:
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def colours(page: Page) -> tuple[str, str]:
    script = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    text, ground = page.run(script)
    return text, ground


def prefer(page: Page, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def test_dark_and_light(page):
    prefer(page, "light")
    light = colours(page)
    page.one("#scheme").click()
    dark = colours(page)
    assert light == ("rgb(29, 33, 37)", "rgb(255, 255, 255)") and dark == (
        "rgb(228, 232, 236)",
        "rgb(20, 24, 28)",
    )
    prefer(page, "dark")
    assert colours(page) == light
    page.one("#scheme").click()
    assert colours(page) == dark
    prefer(page, "light")


WIDTHS = {"light": 1280, "dark": 1280, "narrow": 360}


@pytest.mark.parametrize("name", WIDTHS)
def test_the_page_never_scrolls_sideways(page, name):
    """Its tables do. Pictures for those who want to look at it."""
    size = {"width": WIDTHS[name], "height": 800, "deviceScaleFactor": 1, "mobile": name == "narrow"}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    prefer(page, "dark" if name == "dark" else "light")
    try:
        page.open()
        assert page.run("return document.documentElement.scrollWidth") <= WIDTHS[name]
        # No box but those that scroll is wider than the page.
        wide = "return [...document.querySelectorAll('p, h1, h2, li, figure, #controls, details')].filter"
        wide += (
            "((one) => !one.closest('.scroll') && one.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert page.run(wide) == 0
        if folder := os.environ.get("CONCUR_SCREENSHOTS"):
            picture = page.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
            (Path(folder) / f"report_{name}.png").write_bytes(base64.b64decode(picture["data"]))
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        prefer(page, "light")


def test_text_in_charts_is_large_enough_on_a_narrow_screen(page):
    size = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.open()
        scale = "const s = document.querySelector('svg'); return 12 * s.getBoundingClientRect().width / 360"
        assert page.run(scale) >= 11
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_sticky_head_and_first_column(page):
    """They stay in sight when the table scrolls."""
    box = page.one(".tall")
    page.run("arguments[0].scrollLeft = 400", box)
    left = page.run("return arguments[0].getBoundingClientRect().left", page.one("#models tbody th"))
    assert left == pytest.approx(page.run("return arguments[0].getBoundingClientRect().left", box), abs=2)
