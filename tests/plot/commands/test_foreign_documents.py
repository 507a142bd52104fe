"""The programs read documents that other programs wrote with Google Benchmark, or refuse them in one line."""

import json

import pytest

import foreign_documents


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Some documents: of the same benchmarks, 1.5 times as slow, with one repetition, and with a warning."""
    made = {
        "plain": foreign_documents.document(seed=1),
        "again": foreign_documents.document(seed=2),
        "slower": foreign_documents.document(seed=3, factor=1.5, compiler="g++ 13"),
        "once": foreign_documents.document(repetitions=1),
        "debug": foreign_documents.document(build="debug"),
        "old": foreign_documents.old(foreign_documents.document(seed=1)),
    }
    found = tmp_path_factory.mktemp("foreign")
    for name, document in made.items():
        (found / f"{name}.json").write_text(json.dumps(document))
    return found


def one_line(done, text):
    assert done.returncode in (1, 2) and done.stdout == ""
    assert text in done.stderr and len(done.stderr.splitlines()) == 1


def test_summary_shows_times_with_intervals(run, folder):
    said = run("summary", folder / "plain.json").stdout
    assert "example, 8 CPUs, Google Benchmark v1.9.1 (release build), 7 repetitions of one process" in said
    assert "There are no ratios" in " ".join(said.split())
    row = next(line for line in said.splitlines() if "BM_StringCopy" in line)
    name, time, unit, low, _, to, high, _, rate = row.split()
    assert (name, unit, to) == ("BM_StringCopy", "ns", "to")
    assert float(low) <= float(time) <= float(high) and rate.endswith("M/s")
    assert float(time) == pytest.approx(12, rel=0.05)
    assert "argument 4,096" in said and "65,536 bytes" in said and "4 threads" in said
    assert 'did not finish: BM_Device: no "device" here (argument 8)' in said
    assert "skipped: BM_Windows: only on Windows" in said
    # All of them: none is better than the others.
    assert "--all" not in said


@pytest.mark.parametrize("name", ["plain", "once", "old", "debug"])
@pytest.mark.parametrize("width", ["60", "140"])
def test_summary_fits_the_terminal(run, folder, monkeypatch, name, width):
    monkeypatch.setenv("COLUMNS", width)
    done = run("summary", folder / f"{name}.json")
    assert done.returncode == 0 and done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= int(width)


def test_summary_of_one_repetition_says_how_to_get_intervals(run, folder):
    said = run("summary", folder / "once.json").stdout
    assert "1 repetition of one process: no intervals" in said
    assert "--benchmark_repetitions=10" in said
    assert " to " not in next(line for line in said.splitlines() if "BM_StringCopy" in line)


def test_summary_says_what_not_to_trust(run, folder):
    warning = "Google Benchmark was built as debug"
    assert warning in run("summary", folder / "debug.json").stdout
    assert warning not in run("summary", folder / "plain.json").stdout


def test_summary_of_several_runs(run, folder):
    said = run("summary", folder / "plain.json", folder / "again.json").stdout
    assert "14 repetitions of 2 processes" in said


def compared(run, folder, tmp_path, new, *more):
    path = tmp_path / "compared.json"
    done = run("compare", folder / "plain.json", folder / f"{new}.json", "--json", path, *more)
    return done, json.loads(path.read_text())


def test_compare_finds_what_is_slower(run, folder, tmp_path):
    done, found = compared(run, folder, tmp_path, "slower", "--fail-on-slower")
    assert done.returncode == 1
    assert {one["verdict"] for one in found["compared"]} == {"slower"}
    assert all(not one["relative"] and one["low"] < 1.5 < one["high"] for one in found["compared"])
    assert len(found["compared"]) == len(foreign_documents.TRUTHS_NS)
    assert "the environments differ: compiler: none before, g++ 13 now" in done.stdout
    assert "repetitions of one process" in done.stdout
    assert "benchmarks, no arguments" in done.stdout
    assert {one["metric"] for one in found["compared"]} == {"CPU time"}
    assert "CPU time: without threads that a benchmark starts itself" in done.stdout


def test_compare_of_two_runs_of_one_program(run, folder, tmp_path):
    done, found = compared(run, folder, tmp_path, "again", "--all", "--fail-on-slower")
    assert done.returncode == 0
    assert {one["verdict"] for one in found["compared"]} == {"same"}
    # Those that fail in both documents did not change.
    assert found["changed"] == [] and found["environment"] == []


def test_compare_by_wall_time_says_that_it_is_weaker(run, folder, tmp_path):
    done, found = compared(run, folder, tmp_path, "slower", "--metric", "wall")
    assert {one["metric"] for one in found["compared"]} == {"wall time"}
    assert "other programs change wall times much more than CPU times" in done.stdout
    assert "CPU time: without" not in done.stdout


def test_compare_to_a_benchmark_pairs_nothing(run, folder, tmp_path):
    done, found = compared(run, folder, tmp_path, "slower", "--relative-to", "BM_StringCreation")
    assert done.returncode == 0
    assert not any(one["relative"] for one in found["compared"])


def test_kinds_are_not_mixed(run, folder, tiny_file):
    plain = folder / "plain.json"
    for pair in ((plain, tiny_file), (tiny_file, plain)):
        one_line(run("compare", *pair), "plain JSON of Google Benchmark")
        one_line(run("summary", *pair), "plain JSON of Google Benchmark")


def test_documents_of_other_benchmarks(run, folder, tmp_path):
    other = tmp_path / "other.json"
    entry = foreign_documents.entry("BM_Other", 1.0)
    other.write_text(json.dumps({"context": foreign_documents.context(), "benchmarks": [entry]}))
    one_line(run("compare", folder / "plain.json", other), "no case in common")


def test_export_and_findings_say_why_not(run, folder, tmp_path):
    one_line(run("export", folder / "plain.json", "-o", tmp_path / "out.json"), "tool: googlecpp")
    assert not (tmp_path / "out.json").exists()
    one_line(run("findings", "judge", folder / "plain.json"), "documents of concur")


def test_charts_are_drawn(run, folder, tmp_path):
    done = run("plot", folder / "plain.json", "-o", tmp_path, "--format", "svg")
    assert done.returncode == 0 and done.stderr == ""
    drawn = {path.stem for path in tmp_path.iterdir()}
    assert "scaling_benchmarks_by_argument" in drawn


def test_history(run, folder, tmp_path):
    done = run("history", folder / "plain.json", folder / "again.json", "-o", tmp_path, "--format", "svg")
    assert done.returncode == 0
    assert "history_benchmarks_by_argument" in {path.stem for path in tmp_path.iterdir()}
