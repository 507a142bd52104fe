"""Findings and the comparison on the page are those of findings.py and compare.py."""

import copy
import json
import re

import pytest

import html_page
import synthetic
from concur.documents import results
from concur.findings import definitions
from concur.findings.judge import Judge
from concur.report import judged
from entries import FALSE, TRUE, write
from turns import slowed

MODELS = {name: synthetic.MODELS[name] for name in ("serial", "poll", "epoll", "coroutine")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """An old and a new document; in the new one poll is slower."""
    folder = tmp_path_factory.mktemp("runs")
    paths = []
    for name, factor in (("old", 1.0), ("new", 1.3)):
        made = synthetic.document(
            rounds=10, models=MODELS, only=("primes", "echo"), seed=len(paths), turns=True
        )
        for entry in made["benchmarks"]:
            if entry["concur"]["model"] == "poll" and entry["concur"]["slices"]:
                slowed(entry, factor)
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(made))
    return paths


def test_compared_rows_are_those_of_the_terminal(run, runs):
    old, new = runs
    found = judged.compare(old, results.load(new))
    lines = run("compare", old, new).stdout.splitlines()
    terminal = [line for line in lines if re.match(r"(slower|faster)[ !]", line)]
    assert len(found.rows) == len(terminal) > 5
    for row, line in zip(found.rows, terminal):
        assert line.startswith(row.verdict) and row.case in line and row.series in line
        assert row.ratio in line and line.endswith(row.interval) and row.is_time == ("*" in line)
    assert {row.series for row in found.rows if row.verdict == "slower"} == {"poll"}


def test_the_comparison_stands_on_the_page(make_page, runs):
    old, new = runs
    page = html_page.read(make_page(new, against=old))
    assert html_page.faults(page) == []
    assert page.first("h2", id="comparison").text == "Comparison with old.json"


def test_environment_and_cases_that_cannot_be_compared(runs, tmp_path):
    old, new = runs
    made = copy.deepcopy(json.loads(new.read_text()))
    made["context"]["concur"]["machine"]["kernel"] = "6.9"
    made["benchmarks"] = [e for e in made["benchmarks"] if e["concur"]["workload"] == "primes"]
    path = tmp_path / "part.json"
    path.write_text(json.dumps(made))
    found = judged.compare(old, results.load(path))
    assert any("kernel" in text and "6.9 now" in text for text in found.environment)
    gone = [text for text in found.changed if text.startswith("ok before, not there now: echo, ")]
    assert gone and gone[0].endswith(": epoll, serial, poll, coroutine")


def test_findings_are_those_of_the_judge(runs, tmp_path):
    path = write(
        tmp_path / "findings.toml", TRUE, FALSE, TRUE.replace('"true"', '"other"').replace("echo/", "http/")
    )
    document = results.load(runs[0])
    found = judged.findings(document, path)
    verdicts = [Judge(document).judge(one).verdict for one in definitions.load(path)]
    assert [row.verdict for row in found.rows] == verdicts[:2]
    assert found.others == 1 and verdicts[2] == "not applicable"
    assert [row.id for row in found.rows] == ["true", "false"]
    assert all(row.parts for row in found.rows)


def test_findings_stand_on_the_page(quick):
    section = next(one for one in quick.all("section") if one.attributes["aria-labelledby"] == "findings")
    assert "confirmed" in section.first("p").text
    assert len(list(section.first("tbody").all("tr"))) > 1
