"""Colours hold for readers who see red and green alike, and are never the only cue."""

import itertools

import pytest

from concur.documents.cases import FAMILIES
from concur.drawing import style
from vision import TO_XYZ, VISION, distance, linear

CORE = ("serial", "threads", "processes", "coroutines", "loops")


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
