"""Whatever is wrong: one line that says what to do, exit code 1, and nothing written."""

import copy
import json

import pytest


def truncated(made):
    return json.dumps(made)[:5000]


def malformed(made):
    return json.dumps(made).replace('"context":', '"context"', 1)


def plain_entry(made):
    del made["benchmarks"][3]["concur"]
    return json.dumps(made)


def other_version(made):
    made["context"]["concur"]["schema"] = 1
    return json.dumps(made)


def no_samples(made):
    made["benchmarks"] = []
    return json.dumps(made)


def only_controls(made):
    made["benchmarks"] = [entry for entry in made["benchmarks"] if entry["concur"]["control"]]
    return json.dumps(made)


def only_aggregates(made):
    for entry in made["benchmarks"]:
        entry["run_type"] = "aggregate"
    return json.dumps(made)


def ok_without_time(made):
    made["benchmarks"][0]["real_time"] = 0.0
    return json.dumps(made)


def ok_without_work(made):
    made["benchmarks"][0]["concur"]["work"]["units"] = 0
    return json.dumps(made)


def text_for_number(made):
    made["benchmarks"][0]["real_time"] = "1.5"
    return json.dumps(made)


def not_a_number(made):
    made["benchmarks"][0]["real_time"] = float("nan")
    return json.dumps(made)


def unknown_outcome(made):
    made["benchmarks"][0]["concur"]["outcome"] = "fine"
    return json.dumps(made)


def unknown_timing(made):
    made["benchmarks"][0]["concur"]["timed"] = "jobs"
    return json.dumps(made)


def no_counts(made):
    del made["benchmarks"][0]["concur"]["counts"]
    return json.dumps(made)


def no_machine(made):
    del made["context"]["concur"]["machine"]
    return json.dumps(made)


def two_placements(made):
    made["benchmarks"].append(copy.deepcopy(made["benchmarks"][0]))
    made["benchmarks"][0]["concur"]["placement"] = "shared"
    return json.dumps(made)


def bad_buckets(made):
    entry = next(entry for entry in made["benchmarks"] if entry["concur"]["latency"])
    entry["concur"]["latency"]["buckets"] = [[100, "three"]]
    return json.dumps(made)


BAD = {
    truncated: "truncated at line 1",
    malformed: "malformed JSON at line 1, column",
    plain_entry: "benchmarks[3]: 'concur' is missing",
    other_version: "format version 1, but these charts read version 3",
    no_samples: "holds no samples",
    only_controls: "holds no samples",
    only_aggregates: "holds no samples",
    ok_without_time: "benchmarks[0]: outcome is ok, yet no time was measured",
    ok_without_work: "benchmarks[0]: outcome is ok, yet no work was done",
    text_for_number: "benchmarks[0]: 'real_time' has the wrong type",
    not_a_number: "NaN is no JSON number",
    unknown_outcome: "outcome 'fine' is none of ok, skipped",
    unknown_timing: "benchmarks[0]: timed 'jobs' is none of windows, runs",
    no_counts: "benchmarks[0]: 'counts' is missing",
    no_machine: "context.concur: 'machine' is missing",
    two_placements: "has two placements",
    bad_buckets: "'latency.buckets' has the wrong type",
    (lambda made: ""): "empty: the run wrote no results",
    (lambda made: "[1, 2]"): "not a results document",
    (lambda made: "{}"): "not a results document",
    (lambda made: '"text"'): "not a results document",
    (lambda made: "PNG it is not"): "malformed JSON at line 1, column 1",
}


def one_line(done, text):
    assert done.returncode == 1
    assert text in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.fixture
def charts(tmp_path):
    """A folder with a chart of an earlier run."""
    folder = tmp_path / "charts"
    folder.mkdir()
    (folder / "overview.png").write_bytes(b"earlier")
    return folder


def untouched(charts):
    return [path.name for path in charts.iterdir()] == ["overview.png"] and (
        charts / "overview.png"
    ).read_bytes() == b"earlier"


@pytest.mark.parametrize("spoil, text", BAD.items(), ids=[f"{n}-{f.__name__}" for n, f in enumerate(BAD)])
def test_bad_document(run, tiny, charts, tmp_path, spoil, text):
    path = tmp_path / "results.json"
    path.write_text(spoil(copy.deepcopy(tiny)))
    done = run("plot", path, "-o", charts)
    one_line(done, text)
    assert str(path) in done.stderr
    assert untouched(charts)
    one_line(run("summary", path), text)


def test_binary_file(run, charts, tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(b"\x89PNG\xff\xfe")
    one_line(run("plot", path, "-o", charts), "not a text file")
    assert untouched(charts)


def test_missing_file_and_folder(run, charts, tmp_path):
    one_line(run("plot", tmp_path / "none.json", "-o", charts), "no such file")
    one_line(run("plot", tmp_path, "-o", charts), "cannot be read")
    assert untouched(charts)


def test_one_bad_document_among_good_ones(run, tiny_file, charts, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{")
    one_line(run("plot", tiny_file, path, "-o", charts), "truncated")
    assert untouched(charts)


@pytest.mark.parametrize(
    "where, text",
    [
        (("machine", "cpu"), "another cpu"),
        (("placement",), "another placement"),
        (("build", "compiler"), "another compiler"),
        (("build", "git_revision"), "another revision"),
    ],
)
def test_documents_of_different_origin(run, tiny, tiny_file, charts, tmp_path, where, text):
    made = copy.deepcopy(tiny)
    holder = made["context"]["concur"]
    for key in where[:-1]:
        holder = holder[key]
    holder[where[-1]] = "shared"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(made))
    one_line(run("plot", tiny_file, path, "-o", charts), text)
    assert untouched(charts)


def test_output_that_cannot_be_written(run, tiny_file, tmp_path):
    file = tmp_path / "file"
    file.write_text("a file, not a folder")
    one_line(run("plot", tiny_file, "-o", file), f"{file}: cannot write there")
    one_line(run("plot", tiny_file, "-o", "/proc/concur"), "/proc/concur: cannot write there")
    assert file.read_text() == "a file, not a folder"


def test_a_chart_that_cannot_be_replaced(run, tiny_file, tmp_path):
    # A folder stands where the chart should go: the write succeeds, the rename does not.
    (tmp_path / "compare_mandelbrot.png").mkdir()
    done = run("plot", tiny_file, "-o", tmp_path, "--only", "compare_mandelbrot", "--format", "png")
    one_line(done, "compare_mandelbrot.png: cannot be written")
    assert [path.name for path in tmp_path.iterdir()] == ["compare_mandelbrot.png"]


def test_unknown_chart(run, tiny_file, charts):
    done = run("plot", tiny_file, "-o", charts, "--only", "scaling_nothing")
    one_line(done, "no chart is called scaling_nothing: choose from overview, ")
    assert "scaling_timers" in done.stderr
    assert untouched(charts)


def test_usage(run):
    assert run("plot").returncode == 2
    assert run("plot", "x.json", "--format", "pdf").returncode == 2
