"""Bars from zero: where the axis ends, what is cut, and where the labels stand."""

import pytest

from concur.documents import units
from concur.report.bar_chart import AREA, LABEL_LEAST, NAME_MOST, Value, axis_end, chart, step_of
from concur.statistics.intervals import Estimate


def bar(value, low=None, high=None, name="epoll"):
    sets = 1 if low is None else 6
    return Value(name, Estimate(value, low or value, high or value, sets), f"{value}×", 0)


def drawn(*values, **more):
    return chart(values, "multiple of the wall time of epoll", units.ratio_tick, **more)


def test_bars_begin_at_zero_and_are_as_long_as_their_values():
    made = drawn(bar(1.0), bar(2.0), bar(0.5))
    one, two, half = (each.width for each in made.bars)
    assert (two, half) == (pytest.approx(2 * one), pytest.approx(one / 2))
    assert made.ticks[0] == (0.0, "0×") and made.one == pytest.approx(one)


def test_a_bar_that_is_far_longer_is_cut_and_the_others_stay_comparable():
    made = drawn(*(bar(value) for value in (1.0, 1.1, 0.9, 360.0)))
    assert [one.is_cut for one in made.bars] == [False, False, False, True]
    assert made.bars[3].width == AREA and made.bars[0].width > AREA / 4


@pytest.mark.parametrize(
    "values, end", [((1.0, 1.2, 2.0), 2.0), ((1.0, 1.0, 9.0), 2.5), ((0.5, 0.5, 1.0), 1.0)]
)
def test_the_end_of_the_axis(values, end):
    assert axis_end(values, 1.25) == end


def test_an_interval_is_drawn_from_low_to_high_within_the_axis():
    made = drawn(bar(1.0), bar(1.6, 1.2, 9.0), bar(0.5))
    low, high = made.bars[1].interval
    assert low == pytest.approx(1.2 * made.one) and high == AREA
    assert made.bars[1].text_x > high
    assert made.bars[0].interval == ()


@pytest.mark.parametrize("end", (0.3, 1.0, 1.26, 2.5, 7.3, 40.0, 999.0, 5e6))
def test_labels_of_the_axis_do_not_touch(end):
    made = drawn(bar(end), bar(end / 2), bar(1.0))
    places = [x for x, _ in made.ticks]
    assert places == sorted(places) and len(places) >= 2
    assert all(after - before >= LABEL_LEAST - 1e-9 for before, after in zip(places, places[1:]))
    assert all(0 <= x <= AREA + 1e-9 for x in places)


@pytest.mark.parametrize("end, step", [(1.0, 0.5), (3.0, 1.0), (2.5, 1.0), (7.0, 2.5), (30.0, 10.0)])
def test_steps_are_round(end, step):
    assert step_of(end) == pytest.approx(step)


def test_a_missing_value_has_its_reason_and_a_long_name_is_shortened():
    failed = Value("a_name_that_is_far_too_long_for_a_chart", None, "skipped", 3, title="skipped: no")
    made = drawn(bar(1.0), failed)
    assert made.bars[1].width == 0.0 and made.bars[1].of.text == "skipped"
    assert len(made.bars[1].name) == NAME_MOST and made.bars[1].name.endswith("…")
    assert drawn(failed) is None


def test_figures_without_a_baseline_have_no_line():
    made = drawn(bar(3e6), bar(1e6), unit=1e6, has_baseline=False)
    assert made.one is None and made.ticks[0][0] == 0.0
