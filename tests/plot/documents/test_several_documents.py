"""Several documents at once: files that are no results, and runs that are given twice."""

import copy
import json

import pytest

import foreign_documents
import synthetic
from concur.documents import results
from concur.documents.input_file import DocumentError
from concur.documents.results import load_all, load_each, require_different_runs
from programs import ROOT

EXPORTED = {"name": "echo/poll", "unit": "ms", "value": 1.0, "range": "unknown", "extra": "1 set"}
# Files that our programs write, with what they are called.
OTHERS = {
    "X.github-action.json": ([EXPORTED], "a file of export.py"),
    "renamed.json": ([EXPORTED], "a file of export.py"),
    "X-verdicts.json": ({"findings": []}, "the verdicts of findings.py"),
    "compared.json": (
        {"environment": [], "changed": [], "compared": [], "models": []},
        "a comparison of compare.py",
    ),
    "X.json.journal": ({"run": {}}, "the journal of a run"),
    "X-verdicts.md": ("text", "a text for readers"),
    "X.html": ("text", "a page"),
    "overview.svg": ("text", "a chart"),
}


@pytest.fixture
def save(tmp_path):
    def write(name, made):
        path = tmp_path / name
        path.write_text(json.dumps(made))
        return path

    return write


@pytest.mark.parametrize("name", OTHERS)
def test_our_other_files_are_passed_over_by_name(save, tiny, tiny_file, name):
    content, what = OTHERS[name]
    other = save(name, content)
    notes = []
    for paths in ([other, tiny_file], [tiny_file, other]):
        (document,) = load_each(paths, notes.append)
        assert document.paths == (tiny_file,)
    assert len(notes) == 2 and all(note.startswith(f"passed over: {other}: {what}") for note in notes)
    with pytest.raises(DocumentError, match=f"{name}: {what}.*: give the results document of a run"):
        load_each([other], notes.append)
    with pytest.raises(DocumentError, match=f"{name}: {what}"):
        results.load(other)


def test_suites_and_the_schema_are_known_too(tiny_file):
    files = [*(ROOT / "bench/suites").glob("*.json"), ROOT / "results/schema.json"]
    notes = []
    load_each([*files, tiny_file], notes.append)
    assert len(notes) == len(files) > 2


def test_a_folder_and_a_run_that_has_not_ended_are_passed_over(save, tiny_file, tmp_path, capsys):
    reserved = tmp_path / "reserved.json"
    reserved.touch()
    charts = tmp_path / "X"
    charts.mkdir()
    assert load_all([charts, tiny_file, reserved]).paths == (tiny_file,)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"passed over: {charts}: cannot be read, because it is a folder",
        f"passed over: {reserved}: empty",
    ]


def test_what_others_wrote_is_not_passed_over(save, tiny_file):
    for content in ([], [1], {"results": []}, {"findings": [], "benchmarks": []}):
        with pytest.raises(DocumentError):
            load_each([tiny_file, save("other.json", content)])


def test_the_same_run_twice_is_refused(save, tiny):
    first, second = save("first.json", tiny), save("second.json", tiny)
    for paths in ([first, first], [first, second]):
        with pytest.raises(DocumentError, match=f"{paths[1]}: the same run as {first}: give each run once"):
            load_all(paths)
    again = save("again.json", synthetic.again(tiny))
    assert load_all([first, again]).rounds == 2


def test_a_run_and_its_beginning_are_the_same_run(save, tiny):
    part = {**tiny, "benchmarks": tiny["benchmarks"][:4]}
    with pytest.raises(DocumentError, match="the same run"):
        load_all([save("part.json", part), save("whole.json", tiny)])


def test_runs_of_other_programs_may_have_equal_times(save):
    """They have no start of a sample, and old ones no date that is known."""
    first = foreign_documents.document(repetitions=3, date="some day")
    second = copy.deepcopy(first)
    with pytest.raises(DocumentError, match="the same run"):
        load_all([save("first.json", first), save("second.json", second)])
    second["benchmarks"][0]["real_time"] *= 1.01
    documents = load_each([save("first.json", first), save("second.json", second)])
    require_different_runs(documents)
