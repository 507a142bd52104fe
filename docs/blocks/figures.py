"""The functions that a template of figures may call. CONTRIBUTING.md says what each is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from blocks.answers import Answers
from blocks.numbers import Ratio, Value, decimals, furthest_percent, number
from blocks.pages import BlockError
from blocks.published import Found, Published
from concur.answers.doubts import is_disturbed
from concur.documents import labels, units
from concur.documents.cases import Cell
from concur.documents.samples import Sample
from concur.statistics import fixed_cost
from concur.statistics.intervals import Estimate
from concur.statistics.measures import MEASURES, Measure
from concur.statistics.ratios import PEER_LIMIT, is_limited


def _value_of(measure: Measure) -> Callable[[Cell], float | None]:
    def figure(cell: Cell) -> float | None:
        found = measure.absolute(cell)
        return None if found is None else found.value

    return figure


def _median(of_sample: Callable[[Sample], float | None]) -> Callable[[Cell], float | None]:
    def figure(cell: Cell) -> float | None:
        known = cell.by_round(of_sample)
        return median(known.values()) if known else None

    return figure


def _count(number: float) -> str:
    """3, 2.51"""
    return f"{number:.0f}" if abs(number - round(number)) < 0.005 else f"{number:.2f}"


# What `value` knows of a case: how the figure is made, and how it is written.
VALUES: dict[str, tuple[Callable[[Cell], float | None], Callable[[float], str]]] = {
    **{key: (_value_of(measure), measure.written) for key, measure in MEASURES.items()},
    "system calls": (_median(lambda sample: sample.system_calls_per_unit), _count),
    "peer share": (_median(lambda sample: sample.evidence.peer_cpu_share), units.percent),
}


def require(condition: bool, claim: str) -> str:
    """Stops the generator if what the prose claims is no longer so."""
    if not condition:
        raise BlockError(f"this claim does not hold any more: {claim}")
    return ""


def _chosen(kind: str, known: dict[str, Any], name: str) -> Any:
    if name not in known:
        raise BlockError(f"no {kind} '{name}'; there are: {', '.join(known)}")
    return known[name]


@dataclass(frozen=True)
class Prices:
    """As text, with the interval."""

    fixed: str
    marginal: str


def with_interval(time: Estimate) -> str:
    """12.3 µs (11.8 to 12.9 µs); less than its noise if the interval includes 0"""
    if time.has_interval and time.high <= 0:
        # With many tasks each costs more than with few, so that the line through both begins below zero.
        return "too little to be seen"
    if time.has_interval and time.low <= 0:
        return f"less than {units.duration_measured(time.high)}"
    text = units.duration_measured(time.value)
    if not time.has_interval:
        return text
    return f"{text} ({units.duration_measured(time.low)} to {units.duration_measured(time.high)})"


@dataclass(frozen=True)
class Figures:
    published: Published

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By the names that templates use."""
        return {
            "ratio": self.ratio,
            "ratios": self.ratios,
            "cell": self.cell,
            "value": self.value,
            "absolute": self.absolute,
            "prices": self.prices,
            "measured": self.measured,
            "within": furthest_percent,
            "limited": self.limited,
            "peer_limit": lambda: Value(PEER_LIMIT, units.percent(PEER_LIMIT)),
            "machine": self.machine,
            "least_possible": self.least_possible,
            "sets": self.sets,
            "disturbed": self.disturbed,
            "require": require,
            **Answers(self.published).functions(),
        }

    def ratio(self, document: str, case: str, over: str, metric: str) -> Ratio:
        """How many times as much this case takes as another case, or as another model in the same case."""
        one = self.published.find(document, case)
        return self._ratio(document, one, self.published.beside(document, one, over), metric)

    def _ratio(self, document: str, one: Found, other: Found, metric: str) -> Ratio:
        measure: Measure = _chosen("measure", MEASURES, metric)
        found = measure.ratio(one.ok, other.ok)
        if found is None:
            raise BlockError(f"{document}: {one.name}: no ratio to {other.name}: no set has both")
        return Ratio(found)

    def ratios(self, document: str, models: Sequence[str], case: str, over: str, metric: str) -> list[Ratio]:
        """Those of these models, whose names take the place of * in the case; a failed case has none."""
        found = []
        for model in models:
            one = self.published.find(document, case.replace("*", model))
            other = self.published.beside(document, one, over)
            if one.cell.ok and other.cell.ok:
                found.append(self._ratio(document, one, other, metric))
        return found

    def cell(self, document: str, case: str, over: str, metric: str) -> str:
        """The ratio for a table; where one of the two has no figure, how it ended."""
        one = self.published.find(document, case)
        other = self.published.beside(document, one, over)
        for found in (one, other):
            if not found.cell.ok:
                return labels.outcome(found.cell.outcome)
        if one.cell is other.cell:
            return "baseline"
        return self._ratio(document, one, other, metric).cell

    def value(self, document: str, case: str, what: str) -> Value:
        """A figure of this case, per unit of work: median or mean over sets, without interval."""
        figure, text = _chosen("figure", VALUES, what)
        found = figure(self.published.find(document, case).ok)
        if found is None:
            raise BlockError(f"{document}: {case}: its '{what}' is not known")
        return Value(found, text(found))

    def absolute(self, document: str, case: str, measure: str) -> str:
        """A figure of this case for a table, with its interval."""
        chosen: Measure = _chosen("measure", MEASURES, measure)
        found = chosen.absolute(self.published.find(document, case).ok)
        if found is None:
            raise BlockError(f"{document}: {case}: its '{measure}' is not known")
        text = chosen.written(found.value)
        if not found.has_interval:
            return text
        return f"{text} ({chosen.written(found.low)} to {chosen.written(found.high)})"

    def prices(self, document: str, case: str, tasks_small: int, tasks_large: int) -> Prices:
        """What a job costs before its first task, and each further task, from two jobs of so many tasks."""
        small, large = (
            self.published.find(document, f"{case}/tasks:{tasks}").ok for tasks in (tasks_small, tasks_large)
        )
        found = fixed_cost.apart(small, large, tasks_small, tasks_large)
        if found is None:
            raise BlockError(f"{document}: {case}: no set has both numbers of tasks")
        return Prices(with_interval(found.fixed), with_interval(found.marginal))

    def measured(self, document: str, models: Sequence[str]) -> list[str]:
        """Those of the models that were measured: one whose library was absent is left out."""
        known = self.published.models(document)
        for model in models:
            if model not in known | set(self.published.document(document).families):
                raise BlockError(f"{document}: the document knows no model {model}")
        return [model for model in models if model in known]

    def limited(self, document: str) -> dict[str, list[dict[str, int]]]:
        """The arguments of the cases in which the clients were at their limit, by workload."""
        found = {
            workload.name: [dict(case.arguments) for case in workload.cases if is_limited(case)]
            for workload in self.published.document(document).workloads
        }
        return {name: cases for name, cases in found.items() if cases}

    def machine(self, document: str) -> str:
        """An AMD EPYC with 2 CPUs, Linux 6.18, g++ 12.2.0"""
        origin = self.published.document(document).origin
        kernel = ".".join(origin.kernel.split(".")[:2])
        return f"{origin.cpu} with {units.number_of('CPUs', origin.cpus)}, Linux {kernel}, {origin.compiler}"

    def least_possible(self, document: str) -> str:
        """The least ratio to serial code that this number of CPUs permits: 0.5 of two."""
        cpus = self.published.document(document).origin.cpus_usable
        return number(1 / cpus, decimals(1 / cpus, 0))

    def sets(self, document: str) -> str:
        """6 sets, 6 to 12 sets"""
        return labels.sets(self.published.document(document), "no intervals")

    def disturbed(self, document: str) -> str:
        """3 of 20 cases; empty if none was disturbed in most of its sets."""
        cases = [(w, case) for w in self.published.document(document).workloads for case in w.cases]
        bad = sum(is_disturbed(workload, case) for workload, case in cases)
        return f"{bad} of {units.number_of('cases', len(cases))}" if bad else ""
