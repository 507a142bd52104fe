"""Labels are moved apart, and no further than they must be."""

import random

import pytest

from concur.drawing.label_layout import place_labels


def gaps(placed):
    ordered = sorted(placed)
    return [b - a for a, b in zip(ordered, ordered[1:])]


def test_labels_apart_stay_where_they_are():
    assert place_labels([1.0, 5.0, 3.0], 1.0, 0.0, 10.0) == [1.0, 5.0, 3.0]


def test_two_labels_move_by_the_same():
    assert place_labels([5.0, 5.0], 2.0, 0.0, 10.0) == [4.0, 6.0]


def test_a_moved_label_pushes_the_next():
    assert place_labels([5.0, 5.0, 5.5], 1.0, 0.0, 10.0) == pytest.approx([4.1667, 5.1667, 6.1667], abs=1e-4)


def test_labels_stay_inside():
    assert place_labels([9.9, 9.9, 9.9], 1.0, 0.0, 10.0) == [8.0, 9.0, 10.0]
    assert place_labels([-3.0, 0.2], 1.0, 0.0, 10.0) == [0.0, 1.0]


def test_too_many_labels_share_the_room_evenly():
    assert place_labels([1.0] * 5, 10.0, 0.0, 8.0) == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_nothing_and_one():
    assert place_labels([], 1.0, 0.0, 1.0) == []
    assert place_labels([7.0], 1.0, 0.0, 5.0) == [5.0]


@pytest.mark.parametrize("seed", range(20))
def test_random_labels_keep_gap_bounds_and_order(seed):
    source = random.Random(seed)
    wanted = [source.uniform(0, 10) ** 2 / 10 for _ in range(26)]
    placed = place_labels(wanted, 0.3, 0.0, 10.0)
    assert min(gaps(placed)) >= 0.3 - 1e-9
    assert min(placed) >= 0.0 and max(placed) <= 10.0 + 1e-9
    order = sorted(range(26), key=lambda index: wanted[index])
    assert order == sorted(range(26), key=lambda index: placed[index])


@pytest.mark.parametrize("seed", range(10))
def test_no_better_placement_is_near(seed):
    source = random.Random(seed)
    wanted = sorted(source.uniform(0, 3) for _ in range(6))
    placed = place_labels(wanted, 0.5, 0.0, 4.0)

    def cost(positions):
        return sum((a - b) ** 2 for a, b in zip(positions, wanted))

    for _ in range(3000):
        other = [position + source.gauss(0, 0.05) for position in placed]
        if min(gaps(other)) >= 0.5 and min(other) >= 0 and max(other) <= 4 and other == sorted(other):
            assert cost(other) >= cost(placed) - 1e-9
