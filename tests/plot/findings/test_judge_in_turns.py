"""Verdicts on cases that took turns."""

from dataclasses import replace

import pytest

from concur.documents.samples import Slices
from concur.findings.judge import Judge
from concur.findings.verdict import CONFIRMED, REFUTED
from judging import MS, document, finding, series

EPOLL, SERIAL = "noop/epoll/tasks:10", "noop/serial/tasks:10"


def verdict(found, *groups, **more):
    return Judge(document(*groups, **more)).judge(found)


def ratio(**limits):
    return finding(assertion="ratio", of=[EPOLL], to=[SERIAL], **limits)


def idle(model, per_idle_ms):
    return [series(f"noop/{model}/idle:{n}", 10 + per_idle_ms * n, own=0.01) for n in (1, 100, 200)]


def in_turns(samples, group, block=0, ratio=1.0, partners=None):
    """These samples as ones that took turns: each unit takes so many times as long as a second."""

    def slices(one):
        walls = [round(1e9 * ratio * one.real_ns / MS) + 1000 * number for number in range(6)]
        starts = tuple(range(0, 60, 10))
        return Slices(starts, tuple(walls), tuple(wall // 2 for wall in walls), (0,) * 6, (1,) * 6)

    return [
        replace(one, group=group, block=block, slices=slices(one), partner=partners and partners[one.round])
        for one in samples
    ]


def test_a_finding_is_judged_by_its_own_group():
    def both(group, ratio):
        base = in_turns(series(SERIAL, 100, own=0), group)
        return base, in_turns(series(EPOLL, 100, own=0), group, ratio=ratio, partners=base)

    found = ratio(below=0.7)
    (other_base, other), (base, ours) = both("other", 0.9), both(found.id, 0.5)
    one = verdict(found, other_base, other, others=[*base, *ours])
    assert one.verdict == CONFIRMED
    assert one.parts[0].estimate.value == pytest.approx(0.5, abs=0.001)
    assert verdict(found, other_base, other).verdict == REFUTED


def test_growth_is_compared_with_that_of_the_fast_model_in_the_same_set():
    names = {model: [f"noop/{model}/idle:{n}" for n in (1, 100, 200)] for model in ("poll", "epoll")}
    found = finding(
        assertion="slopes", metric="cpu_per_unit", of=names["poll"], to=names["epoll"], over="idle", above=10
    )
    fast = [in_turns(one, "x") for one in idle("epoll", 0.02)]
    base = fast[0]
    slow = [in_turns(one, "x", block=1, partners=base) for one in idle("poll", 1.0)]
    again = [replace(one, block=1, is_repetition=True) for one in base]
    slow = [[replace(one, partner=again[one.round]) for one in group] for group in slow]
    fast[1:] = [[replace(one, partner=base[one.round]) for one in group] for group in fast[1:]]
    one = verdict(found, *slow, *fast)
    assert one.verdict == CONFIRMED
    assert one.parts[0].estimate.value == pytest.approx(50, rel=0.05)


def test_the_same_again_in_turns():
    found = finding(assertion="same", of=[EPOLL], above=0.97, below=1.03)
    first = in_turns(series(EPOLL, 100), "x")
    for ratio_of_both, expected in ((1.001, CONFIRMED), (1.08, REFUTED)):
        again = in_turns(series(EPOLL, 100, is_repetition=True), "x", ratio=ratio_of_both)
        assert verdict(found, first, repetitions=again).verdict == expected
