"""The colours and signs of heat maps: the best is no worst, for every eye."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex

from concur.drawing import heatmap_cells
from concur.drawing.heatmap_cells import BEST, PLAIN, contrast, ground, heat, ink, luminance
from concur.statistics.intervals import Estimate
from vision import VISION, distance

RATIOS = np.geomspace(0.05, 3000, 60)


def colour_of(ratio):
    return to_hex(heat(ratio))


@pytest.mark.parametrize("vision", VISION)
def test_the_best_and_the_worst_differ(vision):
    """Once, both of them became black to readers who see red and green alike."""
    worst, fastest = colour_of(3000), colour_of(0.05)
    assert distance(worst, fastest, vision) > 50
    assert distance(worst, BEST, vision) > 50
    for one in (worst, fastest, BEST):
        assert distance(one, "#000000", vision) > 25


@pytest.mark.parametrize("vision", VISION)
def test_slower_and_faster_never_look_alike(vision):
    """From a tenth more or less on, where differences begin to matter."""
    for slow, fast in itertools.product((1.2, 2, 10, 100), (0.8, 0.5, 0.1)):
        assert distance(colour_of(slow), colour_of(fast), vision) > 8, (slow, fast)


@pytest.mark.parametrize("ratio", RATIOS)
def test_every_number_can_be_read(ratio):
    assert contrast(heat(ratio), ink(heat(ratio))) >= 4.5


def test_contrast_is_that_of_wcag():
    assert contrast("white", "black") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


def test_more_is_darker():
    for ratios in (RATIOS[RATIOS > 1], RATIOS[RATIOS < 1][::-1]):
        lights = [luminance(heat(ratio)) for ratio in ratios]
        assert lights == sorted(lights, reverse=True)


def test_what_was_not_found_to_differ_has_no_colour():
    assert ground(Estimate(3.0, 0.9, 9.0, 6)) == PLAIN
    assert ground(Estimate(1.04, 1.03, 1.05, 6)) == PLAIN
    assert ground(None) == PLAIN
    assert ground(Estimate(3.0, 2.9, 3.1, 6)) == heat(3.0)


def test_the_key_names_the_marks_that_occur_and_no_others():
    key = heatmap_cells.Key({"best", "skipped"})
    assert [name for line in key.lines for name, _, _ in line] == ["best", "skipped"]
    assert heatmap_cells.Key(set(), scaled=False).height == 0
