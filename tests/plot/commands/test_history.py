"""One machine over time."""

import copy
import json
from pathlib import Path

import pytest

import many_cpus
from concur.charts.history import case_of_all, changes, disturbances, lines_of
from concur.commands.history import load_runs
from concur.documents import labels, results
from concur.documents.results import DocumentError
from synthetic import again, changed, leave


def test_history_draws_a_line_for_each_model(run, runs, tmp_path):
    paths = (runs[name] for name in ("old", "slower", "upgraded"))
    done = run("history", *paths, "-o", tmp_path, "--format", "svg")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "history_mandelbrot.svg",
        "history_primes.svg",
    ]


def test_a_pool_by_symbol_has_its_line_in_the_history(runs, tmp_path):
    path = tmp_path / "again.json"
    path.write_text(json.dumps(again(json.loads(runs["served"].read_text()))))
    two = load_runs([runs["served"], path])
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


@pytest.fixture
def elsewhere(runs, tmp_path):
    """Makes another run of "old", on a machine of another name that differs in these properties too."""

    def make(**of_machine):
        made = again(json.loads(runs["old"].read_text()))
        made["context"] = copy.deepcopy(made["context"])
        made["context"]["host_name"] = "elsewhere"
        made["context"]["concur"]["machine"] |= of_machine
        path = tmp_path / "other.json"
        path.write_text(json.dumps(made))
        return path

    return make


def test_a_new_container_is_the_same_machine(runs, elsewhere):
    both = load_runs([runs["old"], elsewhere()])
    assert changes(both) == ["2024-05-05 10:00: host elsewhere (before: example)"]
    # Also for tables and charts of both together.
    assert results.load_all([runs["old"], elsewhere()]).rounds == 14


def test_a_machine_of_another_name_with_another_kernel_needs_a_word(runs, elsewhere):
    other = elsewhere(kernel="6.9")
    with pytest.raises(DocumentError, match="another host .elsewhere. than .* give --any-host"):
        load_runs([runs["old"], other])
    both = load_runs([runs["old"], other], any_host=True)
    assert any("kernel 6.9" in change for change in changes(both))


@pytest.mark.parametrize("property_of_it", [{"cpus_usable": 1}, {"kernel": ""}])
def test_a_machine_that_cannot_be_known_again_is_another(runs, elsewhere, property_of_it):
    with pytest.raises(DocumentError, match="--any-host"):
        load_runs([runs["old"], elsewhere(**property_of_it)])


def test_history_is_of_one_machine(runs, elsewhere):
    with pytest.raises(DocumentError, match="another cpu .a new one. than .*: draw them apart"):
        load_runs([runs["old"], elsewhere(cpu="a new one")], any_host=True)
    both = load_runs([runs["old"], runs["upgraded"]])
    assert any("flags -O3 (before: -O2)" in change for change in changes(both))


def test_the_same_run_twice_is_refused(runs):
    with pytest.raises(DocumentError, match="the same run as .*: give each run once"):
        load_runs([runs["old"], runs["slower"], runs["old"]])


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


def test_files_of_export_and_compare_among_the_runs(run, runs, tmp_path):
    """As README has it: one command after another, and then all that is in the folder."""
    for name in ("old", "slower"):
        (tmp_path / f"{name}.json").write_bytes(runs[name].read_bytes())
        assert run("export", tmp_path / f"{name}.json").returncode == 0
    compared = run("compare", tmp_path / "old.json", tmp_path / "slower.json", "--json", tmp_path / "c.json")
    assert compared.returncode == 0
    files = sorted(tmp_path.glob("*.json"))
    assert len(files) == 5
    done = run("history", *files, "-o", tmp_path / "charts", "--format", "svg")
    assert done.returncode == 0
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        str(tmp_path / name) for name in ("c.json", "old.github-action.json", "slower.github-action.json")
    ]
    assert (tmp_path / "charts/history_primes.svg").exists()
