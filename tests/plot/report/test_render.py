"""The page: its structure, its figures, its size, and what it makes of unusual documents."""

import copy
import json
import re
from dataclasses import replace

import pytest

import foreign_documents
import html_page
import synthetic
from concur.documents import results, sample_reader
from machine import LATER_MODELS, MODELS
from programs import ROOT

HOSTILE = "<img/src=x&onerror=alert(1)>\"'</script><script>{{7*7}}"
SMALLEST_BYTES, QUICK_MOST_BYTES, FULL_MOST_BYTES = 20_000, 500_000, 3_000_000
FULL_CASES = 60


def write(made, folder):
    path = folder / "results.json"
    path.write_text(json.dumps(made))
    return path


def test_structure(quick, small_page):
    assert html_page.faults(quick) == []
    assert html_page.faults(small_page) == []


def test_faults_would_be_noticed():
    wrong = """<html><h1>a</h1><h3>b</h3><table><tr><th>x</th></tr></table><svg></svg><p id="p"></p>
        <b id="p"></b><a href="#none">to</a><input name="n"><i onclick="f()"></i>
        <script src="https://example.org/x.js"></script>
        <style>body { background: url(x) }</style></html>"""
    found = "\n".join(html_page.faults(html_page.read(wrong)))
    for fault in (
        "h3 after h1",
        "no caption",
        "no scope",
        "no name",
        "twice: id p",
        "leads nowhere",
        "no label",
    ):
        assert fault in found
    assert "handler" in found and "loads: script" in found and "the style loads" in found
    with pytest.raises(AssertionError):
        html_page.read("<p><b></p>")


def test_the_answers_come_first(quick):
    ids = [one.attributes["id"] for one in quick.first("main").all("h2")]
    assert ids[:3] == ["decisions", "doubts", "table"]
    assert ids[3:5] == ["w-noop", "w-primes"] and ids[-4:] == ["memory", "findings", "machine", "reading"]
    heads = [one.text for one in quick.first("table", class_="decisions wordy").first("thead").all("th")]
    assert heads == [
        "Situation",
        "Choose",
        "Because, and what others cost",
        "This changes if",
        "Evidence",
    ]
    known = {one.attributes["href"] for one in quick.first("nav").all("a")}
    assert known == {f"#{name}" for name in ids}


def test_it_says_what_was_measured_where_and_when(quick):
    head = quick.first("header")
    assert re.fullmatch(r"\d+ models in \d+ cases on .*, 2 CPUs", head.first("h1").text)
    assert re.search(r"\d+ \w+ 20\d\d · suite quick", head.text)
    assert "quick.json" in [link.attributes["href"] for link in head.all("a")]


def summary_rows(run, path, monkeypatch):
    """The rows of the terminal, in its order: mark, name, ratio, interval, time, CPUs used, rate."""
    monkeypatch.setenv("COLUMNS", "140")
    found = []
    for line in run("summary", path, "--all").stdout.splitlines():
        match = re.match(r" +(!?[=\d]+)  (\S.{33}) (.{8}) (.{15}) (.{9}) (.{10})(.{0,11})$", line)
        if match:
            found.append(tuple(part.strip() for part in match.groups()))
    return found


def report_rows(page):
    found = []
    for table in page.all("table", class_="figures"):
        heads = [one.text for one in table.first("thead").all("th")]
        for row in table.all("tr"):
            if "data-s" in row.attributes:
                texts = dict(zip(heads, (cell.text for cell in row.all("td", "th"))))
                names = ("Place", "Model", "Ratio", "Interval", "Time", "CPUs used", "Rate")
                found.append(tuple(texts.get(name, "") for name in names))
    return found


def test_every_figure_is_that_of_the_terminal(run, quick, small_page, small_file, monkeypatch):
    for page, path in ((quick, ROOT / "results/reference/quick.json"), (small_page, small_file)):
        terminal = summary_rows(run, path, monkeypatch)
        assert len(terminal) > 100
        assert report_rows(page) == terminal


def test_the_table_of_models_has_the_same_ratios(quick):
    """Each cell of the large table is a figure in the section of its workload."""
    table = quick.first("table", id="models")
    by_case = []
    for body in (body for one in quick.all("table", class_="figures") for body in one.all("tbody")):
        rows = [
            [cell.text for cell in row.all("td", "th")]
            for row in body.all("tr")
            if "data-s" in row.attributes
        ]
        by_case.append({row[1].split(" ")[0]: row[2] for row in rows})
        by_case[-1] |= {row[1]: row[2] for row in rows}
    compared = 0
    for row in table.first("tbody").all("tr"):
        model = str(row.first("th").children[0]).strip()
        for case, cell in zip(by_case, row.all("td")):
            figure = cell.text.strip("★=! ")
            if figure.endswith("×"):
                several = {of for name, of in case.items() if name.split(" ")[0] == model}
                assert figure in several
                compared += 1
    assert compared > 200


def test_baselines_have_the_ratio_one(quick):
    for section in quick.all("table", class_="figures"):
        for row in section.all("tr"):
            texts = [one.text for one in row.all("td", "th")]
            assert ("baseline" in texts) <= ("1.00×" in texts)


def test_the_published_page_is_small(quick_text):
    assert SMALLEST_BYTES < len(quick_text.encode()) < QUICK_MOST_BYTES


def test_a_full_run_stays_small(make_page, tmp_path):
    """All models under the cases that need most room: those with latencies."""
    models = {**MODELS, **LATER_MODELS}
    cases = len(synthetic.CASES["echo"])
    path = write(synthetic.document(rounds=6, models=models, only=("echo",)), tmp_path)
    assert len(make_page(path).encode()) / cases * FULL_CASES < FULL_MOST_BYTES


def test_hostile_names_stay_text(make_page, small, tmp_path, monkeypatch):
    # The page must not rely on the reader, which refuses these names: documents of others have any.
    monkeypatch.setattr(sample_reader, "NAME", re.compile(".*", re.DOTALL))

    def rename(sample):
        sample["model"] = HOSTILE if sample["model"] == "poll" else sample["model"]
        sample["workload"] = HOSTILE if sample["workload"] == "timers" else sample["workload"]
        if sample["outcome"] != "ok":
            sample["reason"] = HOSTILE

    made = synthetic.changed(small, rename)
    made = {**made, "context": copy.deepcopy(made["context"])}
    made["context"]["host_name"] = HOSTILE
    made["context"]["concur"]["machine"]["cpu"] = HOSTILE
    text = make_page(write(made, tmp_path))
    page = html_page.read(text)
    assert html_page.faults(page) == []
    assert list(page.all("img")) == [] and len(list(page.all("script"))) == 2
    assert any(HOSTILE in one.text for one in page.all("th"))
    data = json.loads(page.first("script", id="data").text)
    assert any(HOSTILE in name for name, _ in data["models"])
    assert "49" not in page.first("h1").text


def test_incomplete_and_one_set(make_page, small, tmp_path):
    made = {"context": copy.deepcopy(small["context"])}
    made["context"]["concur"]["complete"] = False
    made["benchmarks"] = [e for e in small["benchmarks"] if e["concur"]["round"] == 0][:100]
    page = html_page.read(make_page(write(made, tmp_path)))
    assert html_page.faults(page) == []
    assert "incomplete: 100 of" in page.first("p", class_="banner").text
    assert not any(
        " to " in cell.text for one in page.all("table", class_="figures") for cell in one.all("td")
    )


def test_a_complete_quiet_run_has_no_banner(small_page):
    assert list(small_page.all("p", class_="banner")) == []


def test_one_model(make_page, tmp_path):
    made = synthetic.document(rounds=2, models={"epoll": MODELS["epoll"]}, only=("mandelbrot", "echo"))
    page = html_page.read(make_page(write(made, tmp_path)))
    assert html_page.faults(page) == []
    assert page.first("h1").text.startswith("1 model in")


def test_nothing_that_succeeded(make_page, small, tmp_path):
    def fail(sample):
        sample |= {"outcome": "did_not_finish", "reason": "time limit of 60 s", "work": None}

    page = html_page.read(make_page(write(synthetic.changed(small, fail), tmp_path)))
    assert html_page.faults(page) == []
    assert "did not finish: time limit of 60 s" in page.first("main").text


def test_without_a_baseline_the_figures_themselves_are_shown(make_page, small_file):
    """As of a document that concur did not write."""
    document = results.load(small_file)
    document.__dict__["workloads"] = tuple(
        replace(one, cases=tuple(replace(case, baseline=None) for case in one.cases))
        for one in document.workloads
    )
    page = html_page.read(make_page(small_file, document))
    assert html_page.faults(page) == []
    texts = {cell.text for cell in page.first("table", id="models").all("td")}
    assert any(text.endswith(" ms") for text in texts) and not any("×" in text for text in texts)
    assert "multiple of" not in page.first("main").text


def test_a_document_that_concur_did_not_write(make_page, run, tmp_path, monkeypatch):
    path = write(foreign_documents.document(), tmp_path)
    page = html_page.read(make_page(path, findings=ROOT / "results/findings.toml"))
    assert html_page.faults(page) == []
    assert re.fullmatch(r"\d+ benchmarks in \d+ cases on example, 8 CPUs", page.first("h1").text)
    said = page.first("main").text
    assert "×" not in " ".join(cell.text for cell in page.first("table", id="models").all("td"))
    assert "7 repetitions of one process" in page.first("header").text and "out of memory" in said
    # The terminal has the same times, with their intervals.
    monkeypatch.setenv("COLUMNS", "140")
    terminal = " ".join(run("summary", path, "--all").stdout.split())
    rows = [row for table in page.all("table", class_="figures") for row in table.all("tr", "td")]
    shown = [[cell.text for cell in row.all("th", "td")] for row in rows if "data-s" in row.attributes]
    assert len(shown) > 15
    for name, time, interval, *_ in shown:
        assert f"{time} {interval}" in terminal


def test_one_repetition_of_a_foreign_document(make_page, tmp_path):
    path = write(foreign_documents.old(foreign_documents.document(repetitions=1)), tmp_path)
    page = html_page.read(make_page(path))
    assert html_page.faults(page) == []
    assert "1 repetition" in page.first("header").text


def test_memory_and_events(make_page, served, tmp_path):
    page = html_page.read(make_page(write(served, tmp_path)))
    assert html_page.faults(page) == []
    assert page.first("h2", id="memory").text == "Memory"
    section = next(one for one in page.all("section") if one.attributes["aria-labelledby"] == "memory")
    assert [one.text for one in section.all("strong")] == [
        "park, 10 tasks",
        "park, 1k tasks",
        "park, 100k tasks",
    ]
    assert any(text.text.endswith(" kB") for text in section.all("text"))
    assert any(text.text == "memory, in B" for text in section.all("text"))


def test_memory_is_named_by_when_it_was_read(make_page, tmp_path):
    models = {name: MODELS[name] for name in ("serial", "thread_per_task", "epoll")}
    made = synthetic.document(rounds=2, models=models, only=("park", "fork_join"))
    page = html_page.read(make_page(write(made, tmp_path)))
    section = next(one for one in page.all("section") if one.attributes["aria-labelledby"] == "memory")
    said = [one.text for one in section.all("p")]
    assert any(text.startswith("park: memory of a waiting task. Kernel: page tables") for text in said)
    (peak,) = (text for text in said if text.startswith("fork_join: memory at the peak, for each task. "))
    assert "wait" not in peak and "Memory of the kernel is not in it" in peak


def test_disturbed_figures_are_marked(make_page, small, tmp_path):
    def disturb(sample):
        sample["evidence"] = {**sample["evidence"], "elapsed_ns": 10**9, "others_cpu_ns": 5 * 10**8}

    text = make_page(write(synthetic.changed(small, disturb), tmp_path))
    page = html_page.read(text)
    assert "disturbed" in page.first("p", class_="banner").text
    cells = [cell.text for cell in page.first("table", id="models").all("td") if "×" in cell.text]
    assert cells and all(cell.endswith(" !") for cell in cells)
