"""Samples of models that took turns: slices, blocks, partners, and cases in several groups."""

import copy
import json
from pathlib import Path

import pytest

import synthetic
from concur.documents import results
from concur.documents.cases import Series
from concur.documents.json_text import DocumentError
from concur.statistics.turns import WALL, paired

MODELS = {**synthetic.MODELS, **synthetic.LATER_MODELS}


def load(made):
    return results.read(made, Path("made.json"))


@pytest.fixture(scope="module")
def turns():
    """Two sets of more models than one block has room for; not to be changed."""
    return synthetic.document(rounds=2, models=MODELS, only=("mandelbrot",), turns=True)


def test_everyone_has_a_partner_alive_in_the_same_block(turns):
    found = load(turns)
    assert len({sample.block for sample in found.samples}) > 2
    for sample in found.samples:
        assert sample.slices is not None
        if sample.model == "serial":
            assert sample.partner is None
        else:
            assert sample.partner is not None and sample.partner.model == "serial"
            assert (sample.partner.round, sample.partner.block) == (sample.round, sample.block)


def test_further_processes_of_the_baseline_are_neither_results_nor_controls(turns):
    found = load(turns)
    assert {again.model for again in found.repetitions} == {"epoll"}
    assert len([sample for sample in found.samples if sample.model == "serial"]) == 2
    assert found.present == len(turns["benchmarks"])
    assert found.present > len(found.samples) + len(found.repetitions)


def test_figures_are_those_of_one_job(turns):
    entry = next(entry for entry in turns["benchmarks"] if entry["concur"]["model"] == "poll")
    sample = next(sample for sample in load(turns).samples if sample.model == "poll")
    assert sample.units == pytest.approx(512)
    assert sample.real_ns == pytest.approx(entry["real_time"] * 1e6)
    assert sample.cpu_ns == pytest.approx(entry["cpu_time"] * 1e6)
    work, cost = entry["concur"]["work"]["units"], entry["concur"]["cost"]
    assert sample.user_ns == pytest.approx(cost["cpu_user_ns"] / work * 512)


def test_the_baseline_is_that_of_the_group_and_otherwise_the_usual_one(turns):
    def baseline(change=lambda run: None):
        made = {**turns, "context": copy.deepcopy(turns["context"])}
        change(made["context"]["concur"])
        return load(made).workloads[0].cases[0].baseline

    def other(run):
        # The arguments of a case name may stand in any order.
        run["groups"][0]["baseline"] = "mandelbrot/poll/tasks:16/rows:512"

    assert baseline() == Series("serial", ())
    assert baseline(lambda run: run.update(groups=[])) == Series("serial", ())
    assert baseline(other) == Series("poll", ())


def test_a_case_in_several_groups_is_one_result(turns):
    made = copy.deepcopy(turns)
    again = copy.deepcopy([e for e in made["benchmarks"] if e["concur"]["model"] in ("poll", "serial")])
    for entry in again:
        entry["concur"]["group"] = "a finding"
        entry["real_time"] *= 2
    group = {"name": "a finding", "baseline": "mandelbrot/serial/rows:512/tasks:16", "cases": []}
    made["context"]["concur"]["groups"].append(group)
    made["benchmarks"] += again
    found, once = load(made), load(turns)
    assert found.samples == once.samples
    assert {sample.group for sample in found.others} == {"a finding"}
    cell = found.workloads[0].cases[0].cells[Series("poll", ())]
    assert (len(cell.samples), len(cell.others)) == (2, 2)


def test_sets_may_differ_in_number(turns):
    made = copy.deepcopy(turns)
    more = copy.deepcopy([e for e in made["benchmarks"] if e["concur"]["round"] == 1])
    for entry in more:
        entry["concur"]["round"] = 2
    made["benchmarks"] += [e for e in more if e["concur"]["model"] in ("poll", "serial")]
    found = load(made)
    assert (found.rounds, found.rounds_least) == (3, 2)


def test_sets_of_several_documents_are_sets_of_one(turns, tmp_path):
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    for path, made in zip(paths, (turns, synthetic.again(turns))):
        path.write_text(json.dumps(made))
    case = results.load_all(paths).workloads[0].cases[0]
    for one, other in (("poll", "serial"), ("serial", "poll"), ("poll", "libev")):
        ratio = paired(case.cells[Series(one, ())], case.cells[Series(other, ())], WALL)
        assert ratio.sets == 4


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("cpu_ns", [1], "have different lengths"),
        ("wall_ns", [0] * 6, "a turn without time or without work"),
        ("units", ["1"] * 6, "'slices.units' has the wrong type"),
    ],
)
def test_slices_that_are_wrong(turns, column, value, text):
    made = copy.deepcopy(turns)
    made["benchmarks"][0]["concur"]["slices"][column] = value
    with pytest.raises(DocumentError, match=text):
        load(made)
