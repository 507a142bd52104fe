"""The published run: valid, its controls tie, and one command draws all of its charts again."""

import json

import jsonschema
import pytest

from concur.documents import results
from concur.drawing import output
from concur.statistics import intervals, noise, turns
from concur.statistics.turns import WALL
from programs import ROOT

REFERENCE = ROOT / "results/reference"


@pytest.fixture(scope="module")
def published():
    return results.load(REFERENCE / "quick.json")


def test_it_is_complete_and_as_the_schema_says(published):
    # The last of six sets may be cut by the budget.
    assert published.complete and published.rounds_least >= 5
    schema = json.loads((ROOT / "results/schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads((REFERENCE / "quick.json").read_text()))


def test_the_same_ties_with_the_same(published):
    assert published.repetitions
    pairs = noise.repetition_pairs([*published.samples, *published.others], published.repetitions)
    for key in {original.case_key for original, _ in pairs}:
        of_case = [(again, one) for one, again in pairs if one.case_key == key]
        ratio = turns.paired_sets(*zip(*of_case), WALL).estimate()
        assert intervals.ties(ratio), (of_case[0][0].case_name, ratio)


def test_one_command_draws_every_published_chart_again(run, tmp_path, monkeypatch):
    # Each chart is drawn; only to fill its pixels is left to the tests of smaller documents.
    monkeypatch.setattr(output, "render", lambda figure, suffix: b"a picture")
    done = run("plot", REFERENCE / "quick.json", "-o", tmp_path, "--format", "png")
    assert done.returncode == 0, done.stderr
    # The picture of the report is a part of a page in a browser.
    published = {path.name for path in REFERENCE.glob("*.png")} - {"report.png"}
    assert published == {path.name for path in tmp_path.glob("*.png")}
