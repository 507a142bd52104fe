"""The figures that the script looks up are those of Python."""

import json
import math
from itertools import combinations

import pytest

import synthetic
from concur.documents import results, units
from concur.documents.cases import main_rows
from concur.report.anchors import Anchors
from concur.report.embedded import STEPS, Embedded
from concur.statistics import ratios
from concur.statistics.measures import MEASURES
from concur.statistics.ratios import default_measure, to_baseline
from machine import MODELS

MARGINS = (0, 2, 5, 10)
# What a step of the logarithm may change.
EXACT = 0.5 / STEPS + 1e-6


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("turns") / "turns.json"
    models = {name: MODELS[name] for name in ("serial", "thread_pool", "select", "epoll", "coroutine")}
    path.write_text(
        json.dumps(synthetic.document(rounds=6, models=models, only=("primes", "echo"), turns=True))
    )
    return results.load(path)


@pytest.fixture(scope="module")
def embedded(document):
    return Embedded(document, main_rows(document.workloads), Anchors(document.workloads), MARGINS)


@pytest.fixture(scope="module")
def data(embedded):
    return json.loads(embedded.text())


def cases_of(document, data):
    cases = [case for workload in document.workloads for case in workload.cases]
    return list(zip(cases, data["cases"], strict=True))


def figures_of(document, data):
    """For each case and measure: the case, its order of series, and what is embedded."""
    for case, one in cases_of(document, data):
        for measure, figures in zip(MEASURES.values(), one["f"], strict=True):
            if figures is not None:
                yield case, measure, list(case.cells), figures


def test_each_pair_has_its_ratio(document, data):
    compared = 0
    for case, measure, order, figures in figures_of(document, data):
        found = ratios.pairwise(case, measure)
        words = figures["p"].split(" ")
        for pair, word in zip(combinations(order, 2), words, strict=True):
            ratio = found.get(pair)
            if ratio is None:
                assert word == "-"
                continue
            numbers = [math.exp(int(part) / STEPS) for part in word.split(",")]
            assert numbers == pytest.approx([ratio.value, ratio.low, ratio.high], rel=EXACT)
            compared += 1
    assert compared > 200


def test_texts_are_those_of_the_usual_view(document, data):
    for case, measure, order, figures in figures_of(document, data):
        ranked = to_baseline(case, measure)
        for series, text in zip(order, figures["t"], strict=True):
            if series not in ranked.absolute:
                assert text == ""
                continue
            value, *of_sets, ratio, low, high = text.split("|")
            own = ranked.absolute[series]
            assert value == measure.written(ranked.value(series))
            assert of_sets == [measure.written(one) for one in (own.value, own.low, own.high)]
            of = ranked.ratios[series]
            assert (ratio, f"{low} to {high}") == (units.bound(of.value), units.interval(of.low, of.high))


def test_the_first_places_for_each_margin(document, data):
    for case, measure, order, figures in figures_of(document, data):
        ranked = to_baseline(case, measure)
        by_margin = dict(zip(MARGINS, ([order[place] for place in found] for found in figures["l"])))
        assert set(by_margin[5]) == (set(ranked.ties) or {ranked.best} - {None})
        # A wider margin never makes fewer ties.
        sizes = [len(by_margin[margin]) for margin in MARGINS]
        assert sizes == sorted(sizes)
        assert [order[place] for place in figures["k"]] == ranked.order()


def test_sets_have_their_figures(document, data):
    wall = list(MEASURES).index("wall")
    for case, one in cases_of(document, data):
        for series, values in zip(case.cells, one["f"][wall]["v"], strict=True):
            if case.cells[series].ok:
                unit, *numbers = values
                assert unit in ("ns", "µs", "ms", "s") and len(numbers) == 6
                value = MEASURES["wall"].absolute(case.cells[series]).value
                size = dict((name.strip(), of) for name, of in units.TIMES)[unit]
                assert math.prod(numbers) ** (1 / 6) * size == pytest.approx(value, rel=0.01)


def test_what_a_case_says(document, data):
    for case, one in cases_of(document, data):
        assert data["measures"][one["m"]][0] == default_measure(case).key
        for index, series in enumerate(case.cells):
            label, model, failed, *notes = (data["words"][place] for place in one["s"][index])
            sample = case.cells[series].samples[0]
            name = f"{sample.workload}/{model}{one['tail']}"
            assert name == sample.case_name and label.startswith(series.model)
            assert bool(failed) != case.cells[series].ok
            assert notes[0] == (failed or "mean of 6 sets, 95 % intervals")


def test_it_cannot_close_its_element(document):
    made = Embedded(document, main_rows(document.workloads), Anchors(document.workloads), MARGINS)
    made.words["</script><!--&\u2028"] = 1
    text = made.text()
    assert not set("<>&\u2028") & set(text)
    assert "</script><!--&\u2028" in json.loads(text)["words"]
