"""Families that stand together."""

import synthetic
from concur.drawing.families import group_families
from drawn import figures, overlaps, words
from machine import LATER_MODELS, MODELS


def names(groups):
    return [(name, "".join(members)) for name, members in groups]


def test_neighbours_share_a_group_as_long_as_they_fit():
    family = {"a": "x", "b": "x", "c": "y", "d": "z", "e": "z"}.__getitem__
    assert names(group_families("abcde", family, 3)) == [("x, y", "abc"), ("z", "de")]
    assert names(group_families("abcde", family, 5)) == [("x, y, z", "abcde")]
    assert group_families("", family, 3) == []


def test_a_large_family_stays_whole():
    assert names(group_families("abcd", lambda _: "x", 2)) == [("x", "abcd")]


def test_a_model_without_a_family_has_no_name_to_give():
    assert names(group_families("ab", lambda _: "", 5)) == [("", "ab")]


def test_many_models_are_drawn_family_by_family():
    made = synthetic.document(rounds=2, models={**MODELS, **LATER_MODELS}, only=("timers",))
    figure = figures(made, "scaling").figures["scaling_timers"]
    assert overlaps(figure) == []
    assert {"libraries", "hybrids"} <= set(words(figure).splitlines())
    named = [[t.get_text().split(" [")[0] for t in axes.texts] for axes in figure.axes]
    assert all(len(part) <= 7 for part in named)
    assert sorted(sum(named, [])) == sorted(set(sum(named, [])))
    # All of them on the same axes, to be compared across.
    assert (
        len({axes.get_ylim() for axes in figure.axes}) == len({axes.get_xlim() for axes in figure.axes}) == 1
    )
