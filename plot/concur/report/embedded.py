"""The figures that the script of the page needs, as compact JSON.

All statistics are computed here; the script only looks figures up. It takes the reciprocal of a ratio where a
reader chooses another baseline, and compares a ratio with the margin for ties. The figures of the usual view
are texts, which are the same as those of the terminal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Row, Series, Workload
from concur.documents.document import SETS
from concur.documents.results import Document
from concur.report import cells, rerun
from concur.report.anchors import Anchors, case_name
from concur.statistics import noise, ratios, turns, written
from concur.statistics.intervals import Estimate, exp
from concur.statistics.measures import CPU, MEASURES, WALL, Measure
from concur.statistics.ratios import default_measure, to_baseline, why_cpu

# The measures of which each set has a figure of its own.
OF_SETS = {WALL.key: turns.WALL, CPU.key: turns.CPU}
# A ratio is written as its natural logarithm in steps of 1/4000: it is short, and its reciprocal is as exact.
STEPS = 4000


def _pair(ratio: Estimate | None) -> str:
    if ratio is None or ratio.low <= 0:
        return "-"
    numbers = (ratio.value, ratio.low, ratio.high) if ratio.has_interval else (ratio.value,)
    return ",".join(str(round(STEPS * math.log(number))) for number in numbers)


def _pairs(case: Case, measure: Measure, order: Sequence[Series]) -> str:
    """Value, low and high of each pair, in the order 0 1, 0 2, ..., 1 2, ...; "-" if it is not known.

    A single figure stands for a ratio without an interval.
    """
    found = ratios.pairwise(case, measure)
    return " ".join(_pair(found.get(pair)) for pair in combinations(order, 2))


def _sets(cell: Cell, measure: Measure) -> list[Any]:
    """The unit, and the figure of each set in it: ["µs", 57.2, 56.9]"""
    if measure.key not in OF_SETS:
        return []
    found = turns.absolute_sets(cell.samples, OF_SETS[measure.key])
    if found is None:
        return []
    values = [exp(log) for _, log in sorted(found.logs.items())]
    unit, size = units.unit_of(max(values), units.TIMES)
    return [unit.strip(), *(float(units.significant(value / size, 3)) for value in values)]


def _text(case: Case, measure: Measure, series: Series) -> str:
    """Figure, that of its own sets with the interval, ratio with its interval.

    "57.2 µs|56.8 µs|55.1 µs|59.0 µs|1.02|0.98|1.05"
    """
    ranked = to_baseline(case, measure)
    absolute, ratio = ranked.absolute.get(series), ranked.ratios.get(series)
    if absolute is None:
        return ""
    parts = [written.figure(case, measure, series), measure.written(absolute.value)]
    parts += (
        [measure.written(absolute.low), measure.written(absolute.high)] if absolute.has_interval else ["", ""]
    )
    if ratio is not None:
        parts.append(units.bound(ratio.value))
        parts += [units.bound(ratio.low), units.bound(ratio.high)] if ratio.has_interval else []
    return "|".join(parts).rstrip("|")


def _figures(
    case: Case, measure: Measure, order: Sequence[Series], margins: Sequence[int]
) -> dict[str, Any] | None:
    ranked = to_baseline(case, measure)
    if not ranked.absolute:
        return None
    place = {series: index for index, series in enumerate(order)}
    leaders = ratios.leaders(case, measure, [percent / 100 for percent in margins])
    return {
        # The text of each series.
        "t": [_text(case, measure, series) for series in order],
        # The places of the series, the best first; that of the baseline, or -1.
        "k": [place[series] for series in ranked.order()],
        "b": -1 if ranked.baseline is None else place[ranked.baseline],
        # For each margin the places of the best, or of those that tie. One place alone is the best.
        "l": [[place[series] for series in found] for found in leaders],
        "p": _pairs(case, measure, order) if ranked.ratios else "",
        # The figure of each set.
        "v": [_sets(case.cells[series], measure) if case.cells[series].ok else [] for series in order],
    }


def notes(
    workload: Workload, case: Case, cell: Cell, disturbance: str, observations: str = SETS
) -> list[str]:
    """What a reader must know of a figure: how many sets, how busy the peer was, what disturbed it."""
    if not cell.ok:
        return [labels.failure(cell)]
    sets = len({sample.round for sample in cell.samples})
    middle = "mean" if cell.in_turns else "median"
    one = observations.partition(" ")[0].removesuffix("s")
    peer = cells.peer_share(cell)
    found = [
        f"{middle} of {sets} {observations}, 95 % intervals" if sets > 1 else f"one {one}, so no interval",
        f"the peer used {peer} of its CPUs" if peer else "",
        f"not to be trusted: {disturbance}" if disturbance else "not disturbed",
        why_cpu(workload, case),
    ]
    return [note for note in found if note]


class Embedded:
    """`margins`: those that a reader may choose for ties, in percent."""

    def __init__(
        self, document: Document, rows: Sequence[Row], anchors: Anchors, margins: Sequence[int]
    ) -> None:
        self.document = document
        self.margins = margins
        self.rows = rows
        self.anchors = anchors
        # Texts that many series share, such as a disturbance: each stands once.
        self.words: dict[str, int] = {"": 0}

    def _word(self, text: str) -> int:
        return self.words.setdefault(text, len(self.words))

    def _series(self, workload: Workload, case: Case, series: Series, cell: Cell) -> list[int]:
        """The places of texts: label, model as in the name of a case, reason of a failure, and notes."""
        failed = "" if cell.ok else labels.failure(cell)
        found = [labels.series(series), rerun.model_name(cell), failed]
        disturbance = noise.serious_words(case, series, workload.cpus)
        said = notes(workload, case, cell, disturbance, self.document.observations)
        return [self._word(text) for text in (*found, *said)]

    def _case(self, number: int, workload: Workload, case: Case) -> dict[str, Any]:
        order = list(case.cells)
        shown = [row.series_of(case) for row in self.rows]
        return {
            "id": self.anchors.case(case),
            "w": number,
            "n": case_name(workload, case),
            "m": list(MEASURES).index(default_measure(case).key),
            "cmd": rerun.program(workload, self.document.origin.placement),
            "tail": rerun.arguments(case),
            "s": [self._series(workload, case, series, case.cells[series]) for series in order],
            # Those that were disturbed.
            "x": [
                index
                for index, series in enumerate(order)
                if case.cells[series].ok and noise.serious_words(case, series, workload.cpus)
            ],
            "r": [-1 if series is None else order.index(series) for series in shown],
            "f": [_figures(case, measure, order, self.margins) for measure in MEASURES.values()],
        }

    def data(self) -> dict[str, Any]:
        cases = [
            self._case(number, workload, case)
            for number, workload in enumerate(self.document.workloads)
            for case in workload.cases
        ]
        known = self.document.families
        return {
            "measures": [[measure.key, measure.name] for measure in MEASURES.values()],
            "workloads": [[w.name, w.group, w.unit] for w in self.document.workloads],
            "models": [[row.model, known.get(row.model, "")] for row in self.rows],
            "cases": cases,
            "noun": "benchmarks" if self.document.is_foreign else "models",
            "observations": self.document.observations.partition(" ")[0],
            "words": list(self.words),
            "margins": list(self.margins),
            "steps": STEPS,
            "slower": cells.SLOWER,
            "faster": cells.FASTER,
        }

    def text(self) -> str:
        """For a script element, which the text must not be able to close."""
        text = json.dumps(self.data(), ensure_ascii=False, separators=(",", ":"))
        for character in "<>&\u2028\u2029":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return text
