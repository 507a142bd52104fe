"""The colours of bars, by how a model stands to the baseline."""

import itertools
from pathlib import Path

import pytest

from concur.documents import results
from concur.drawing.standing import COLOURS, WORDS, ratio_text, ratio_with_mark, standing
from concur.statistics.measures import WALL
from concur.statistics.ratios import to_baseline
from machine import MODELS
from synthetic import document
from vision import VISION, distance


@pytest.fixture(scope="module")
def ranked():
    """poll takes half the time of serial, epoll the same, select a third more."""
    models = {name: MODELS[name] for name in ("serial", "select", "poll", "epoll")}
    made = document(rounds=5, models=models, only=("mandelbrot",))
    serial = {e["concur"]["round"]: e["real_time"] for e in made["benchmarks"] if named(e, "serial")}
    for entry in made["benchmarks"]:
        factor = {"select": 1.33, "poll": 0.5}.get(entry["concur"]["model"], 1.0)
        entry["real_time"] = serial[entry["concur"]["round"]] * factor
    return to_baseline(results.read(made, Path("made.json")).workloads[0].cases[0], WALL)


def named(entry, model):
    return entry["concur"]["model"] == model


def of(ranked, model):
    return next(series for series in ranked.ratios if series.model == model)


def test_each_standing(ranked):
    found = {series.model: standing(ranked, series) for series in ranked.ratios}
    assert found == {"serial": "baseline", "select": "more", "poll": "first", "epoll": "same"}


def test_the_best_has_a_star(ranked):
    assert ratio_with_mark(ranked, of(ranked, "poll")) == "★ 0.50×"
    assert ratio_with_mark(ranked, of(ranked, "select")) == "1.33×"


def test_ratios_are_written_as_in_the_terminal():
    assert [ratio_text(value) for value in (0.5, 1.0, 12.34, 2651.0)] == ["0.50×", "1.00×", "12.3×", "2.65k×"]


def test_every_standing_has_a_colour_and_words():
    assert COLOURS.keys() == WORDS.keys()


@pytest.mark.parametrize("vision", VISION)
def test_every_eye_can_tell_them_apart(vision):
    for one, other in itertools.combinations(COLOURS.values(), 2):
        assert distance(one, other, vision) > 20, (one, other)
