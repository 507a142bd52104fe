"""One machine over time."""

import json
from pathlib import Path

import pytest

import many_cpus
from concur.charts.history import case_of_all, changes, disturbances, lines_of
from concur.commands.history import load_runs
from concur.documents import labels, results
from concur.documents.results import DocumentError
from synthetic import changed, leave


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


def test_a_case_by_symbol_has_its_line_though_the_number_of_usable_cpus_has_changed():
    """A quota, say, leaves fewer CPUs to the same machine."""

    def primes(cpus, change=leave):
        made = changed(many_cpus.document(cpus, rounds=3), change)
        return results.read(made, Path("made.json")).workloads[0]

    def points(workloads):
        case = case_of_all(workloads)
        return {labels.series(one.series): sorted(one.points) for one in lines_of(case, workloads)}

    assert points([primes(4), primes(2)]) == {
        "serial": [1, 2],
        "thread_pool ×1": [1, 2],
        "thread_pool ×2": [1],
        "thread_pool ×cpus": [1, 2],
        "process_pool ×1": [1, 2],
        "process_pool ×2": [1],
        "process_pool ×cpus": [1, 2],
    }
    # An older run has numbers only.
    plain = primes(2, lambda sample: sample.update(symbols={}))
    assert points([plain, primes(2)])["thread_pool ×2"] == [1, 2]


def test_history_is_of_one_machine(runs, tmp_path):
    other = json.loads(runs["old"].read_text())
    other["context"]["host_name"] = "elsewhere"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    with pytest.raises(DocumentError, match="another host .elsewhere. than .*: draw them apart"):
        load_runs([runs["old"], path])
    both = load_runs([runs["old"], runs["upgraded"]])
    assert any("flags -O3 (before: -O2)" in change for change in changes(both))


def test_a_disturbed_run_is_told_and_crossed(runs, tmp_path, run):
    chosen = load_runs([runs["turns"], runs["disturbed"]])
    tables = [document.workloads for document in chosen]
    workloads = [next(one for one in table if one.name == "primes") for table in tables]
    case = case_of_all(workloads)
    lines = {one.series.model: one for one in lines_of(case, workloads)}
    assert {model for model, one in lines.items() if one.crossed} == {"poll"}
    (told,) = disturbances(case, workloads, ["first", "second"])
    assert "1 of 5 models: not to be trusted: other programs used 50 % of a CPU in 10 sets" in told
    done = run("history", runs["turns"], runs["disturbed"], "-o", tmp_path, "--format", "svg")
    assert done.returncode == 0, done.stderr
