"""The look of each model: the same in all charts of a document.

A family has a range of colours of one hue. Its members take their colours from it in the order of the
document. Readers with red or green blindness can distinguish neighbouring families
(tests/plot/drawing/test_style.py simulates both), but not all ten. Therefore the members of a family also
differ in line style and marker, and every line and bar has its name.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.colors import to_hex, to_rgb

# The colours of the members of a family. A family with more members gets colours evenly between these.
PALETTES: dict[str, tuple[str, ...]] = {
    "serial": ("#1a1a1a",),
    "threads": ("#1f5fbf", "#2a7fff", "#6aa5ee", "#2030df"),
    "processes": ("#c4480a", "#f2994a"),
    "coroutines": ("#7b2d8e", "#b66fc9"),
    "loops": ("#7dba98", "#4fa878", "#2b9366", "#087a55", "#3fb6a0"),
    "completion": ("#a67c00", "#d4a800"),
    "fibers": ("#d6336c", "#f48fb6"),
    "hybrids": ("#6e4b3a", "#5c3d1e", "#8a5a2b", "#a67c52"),
    "libraries": ("#37474f", "#78909c", "#90a4ae", "#51646e", "#607d8b", "#a3b4bd"),
    "native": ("#9ac000", "#6f8f00", "#b9d94a", "#53690a"),
    # These stand in charts by themselves, so they have many hues.
    "benchmarks": ("#0b6fb8", "#ff7f50", "#7b2d8e", "#56b4e9", "#cc6699", "#1a1a1a", "#f2b8c6"),
}
# A model of an unknown family has a colour of this one.
UNKNOWN_FAMILY = "libraries"

LINES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (5, 1.5, 1.2, 1.5)),
    (0, (8, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
# For a model with several arguments: all lines have one colour, and their markers have different fillings.
FILLINGS = ("full", "none", "left", "top", "right", "bottom")

INK = "#222222"
MUTED = "#666666"
ALERT = "#b3261e"
TEXT_LIGHTEST = 0.46

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.color": INK,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": INK,
    "axes.labelsize": 8,
    "axes.titlesize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.linewidth": 0.6,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 0.5,
    "path.simplify": False,
    # Identifiers in an SVG file are hashes. With a fixed salt, the same chart gives the same bytes.
    "svg.hashsalt": "concur",
    "svg.fonttype": "path",
    # Names of benchmarks may have dollar signs, which are no formulas.
    "text.parse_math": False,
}


@contextmanager
def applied() -> Iterator[None]:
    """Charts look the same everywhere: without the user's own matplotlibrc.

    A character that the font lacks is a box in the chart, and no reason to warn.
    """
    matplotlib.rcdefaults()
    with matplotlib.rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        yield


@dataclass(frozen=True)
class Look:
    colour: str
    line: Any
    marker: str


def look(model: str, families: Mapping[str, str]) -> Look:
    """Depends on the place of the model in its family. `families` has all models in the document's order."""
    family = families.get(model, UNKNOWN_FAMILY)
    if family not in PALETTES:
        family = UNKNOWN_FAMILY
    members = [name for name, its_family in families.items() if its_family == family]
    if model not in members:
        members.append(model)
    place = members.index(model)
    # Each family starts with another marker, so that the first members of two families differ too.
    marker = MARKERS[(place + 2 * list(PALETTES).index(family)) % len(MARKERS)]
    return Look(_shade(PALETTES[family], place, len(members)), LINES[place % len(LINES)], marker)


def _shade(palette: Sequence[str], place: int, members: int) -> str:
    if members <= len(palette):
        return palette[place]
    along = place * (len(palette) - 1) / (members - 1)
    before = min(int(along), len(palette) - 2) if len(palette) > 1 else 0
    one, other = to_rgb(palette[before]), to_rgb(palette[min(before + 1, len(palette) - 1)])
    part = along - before
    return str(to_hex([a + (b - a) * part for a, b in zip(one, other)]))


def for_text(colour: str) -> tuple[float, ...]:
    """The colour, made dark enough for text on white."""
    channels = tuple(to_rgb(colour))
    while 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2] > TEXT_LIGHTEST:
        channels = tuple(channel * 0.95 for channel in channels)
    return channels
