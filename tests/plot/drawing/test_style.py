"""Colours hold for readers who see red and green alike, and are never the only cue."""

import itertools

import numpy as np
import pytest

from concur.documents.cases import FAMILIES
from concur.drawing import style

# Machado, Oliveira and Fernandes (2009), complete dichromacy, for linear RGB.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CORE = ("serial", "threads", "processes", "coroutines", "loops")


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(colour, vision):
    x, y, z = (TO_XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1)) / np.array([0.9505, 1, 1.089])
    fx, fy, fz = (np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def distance(a, b, vision):
    return float(np.linalg.norm(lab(a, vision) - lab(b, vision)))


def nearest(one, other, vision):
    return min(distance(a, b, vision) for a in style.PALETTES[one] for b in style.PALETTES[other])


def test_the_simulation_confuses_what_it_should():
    red, green = "#c02020", "#5f7d10"
    assert distance(red, green, "deuteranopia") < distance(red, green, "normal") / 2


@pytest.mark.parametrize("vision", VISION)
def test_neighbouring_families_stay_apart(vision):
    for one, other in zip(FAMILIES, FAMILIES[1:]):
        assert nearest(one, other, vision) > 12, (one, other)


@pytest.mark.parametrize("vision", VISION)
def test_families_of_the_basic_models_stay_apart(vision):
    for one, other in itertools.combinations(CORE, 2):
        assert nearest(one, other, vision) > 11, (one, other)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("count", (1, 2, 4, 6))
def test_members_of_a_family_differ_in_colour_line_and_marker(family, count):
    families = {f"{family}_{number}": family for number in range(count)}
    looks = [style.look(model, families) for model in families]
    assert len({look.colour for look in looks}) == count or family == "serial"
    assert len({str(look.line) for look in looks}) == count
    assert len({look.marker for look in looks}) == count


@pytest.mark.parametrize("family", FAMILIES)
def test_a_large_family_shares_out_its_range(family):
    families = {f"{family}_{number}": family for number in range(9)}
    colours = [style.look(model, families).colour for model in families]
    palette = style.PALETTES[family]
    assert (colours[0], colours[-1]) == (palette[0], palette[-1])
    assert len(set(colours)) == (9 if len(palette) > 1 else 1)


def test_every_family_has_a_range():
    assert set(style.PALETTES) == set(FAMILIES)


def test_other_families_do_not_change_a_models_look():
    assert style.look("one", {"one": "loops"}) == style.look("one", {"another": "serial", "one": "loops"})


@pytest.mark.parametrize("families", ({}, {"nowhere": "unheard of"}))
def test_a_model_of_no_known_family_still_has_a_look(families):
    assert style.look("nowhere", families).colour in style.PALETTES[style.UNKNOWN_FAMILY]


@pytest.mark.parametrize("colour", [c for palette in style.PALETTES.values() for c in palette])
def test_names_can_be_read_on_white(colour):
    text = "#" + "".join(f"{round(255 * channel):02x}" for channel in style.for_text(colour))
    contrast = 1.05 / (TO_XYZ[1] @ linear(text) + 0.05)
    assert contrast > 3.9
