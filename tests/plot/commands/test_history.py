"""One machine over time."""

import json

import pytest

from concur.charts.history import case_of_all, changes, lines_of
from concur.commands.history import load_runs
from concur.documents.results import DocumentError


def test_history_draws_a_line_for_each_model(run, runs, tmp_path):
    paths = (runs[name] for name in ("old", "slower", "upgraded"))
    done = run("history", *paths, "-o", tmp_path, "--format", "svg")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "history_mandelbrot.svg",
        "history_primes.svg",
    ]


def test_a_pool_by_symbol_has_its_line_in_the_history(runs):
    two = load_runs([runs["served"], runs["served"]])
    workloads = [run.workloads[0] for run in two]
    lines = lines_of(case_of_all(workloads), workloads)
    assert {one.series.model: sorted(one.points) for one in lines} == {"thread_pool": [1, 2], "epoll": [1, 2]}


def test_history_is_of_one_machine(runs, tmp_path):
    other = json.loads(runs["old"].read_text())
    other["context"]["host_name"] = "elsewhere"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    with pytest.raises(DocumentError, match="another host .elsewhere. than .*: draw them apart"):
        load_runs([runs["old"], path])
    both = load_runs([runs["old"], runs["upgraded"]])
    assert any("flags -O3 (before: -O2)" in change for change in changes(both))
