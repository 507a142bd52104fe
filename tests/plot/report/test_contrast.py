"""All text of the page has a contrast of 4.5 to 1, in both schemes."""

import re

import pytest

from concur.report import render

STYLE = (render.FOLDER / "style.css").read_text()
VARIABLES = {
    name: values for name, *values in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", STYLE)
}
# Texts and the grounds on which they stand.
ON_PAGE = [(text, ground) for text in ("ink", "muted", "link", "alert") for ground in ("ground", "soft")]
ON_SHADES = [(text, name) for name in VARIABLES if re.match(r"(slower|faster)-\d", name) for text in ("ink",)]
PAIRS = [*ON_PAGE, *ON_SHADES, ("alert", "alert-ground"), ("ground", "ink")]


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", (0, 1), ids=("light", "dark"))
@pytest.mark.parametrize("text, ground", PAIRS)
def test_text_can_be_read(text, ground, scheme):
    assert contrast(VARIABLES[text][scheme], VARIABLES[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", (0, 1), ids=("light", "dark"))
def test_bars_and_outlines_can_be_seen(scheme):
    for name in ("bar", "bar-best", "muted", "ink"):
        assert contrast(VARIABLES[name][scheme], VARIABLES["ground"][scheme]) >= 3


def test_shades_of_one_kind_become_stronger():
    for scheme in (0, 1):
        for kind, count in (("slower", 4), ("faster", 3)):
            ground = VARIABLES["ground"][scheme]
            found = [contrast(VARIABLES[f"{kind}-{step}"][scheme], ground) for step in range(1, count + 1)]
            assert found == sorted(found)


def test_every_colour_is_one_of_these():
    """No colour stands in a rule, where this test would not see it."""
    rules = STYLE[STYLE.index("}") :]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!.*\{)", rules) == []
    assert set(re.findall(r"var\(--([\w-]+)\)", rules)) <= set(VARIABLES)


def test_the_measure_of_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
