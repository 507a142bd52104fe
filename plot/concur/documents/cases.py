"""Groups samples into workloads, their cases (one size each), and cells (one case under one series)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import median

from concur.documents.results import Document
from concur.documents.samples import OK, Parameters, Sample

FAMILIES = (
    "serial",
    "threads",
    "processes",
    "coroutines",
    "loops",
    "completion",
    "fibers",
    "hybrids",
    "libraries",
    "native",
)
# Which parameter a reader thinks of as the size, where several vary equally often.
MAIN_FIRST = ("connections", "clients", "grain_us", "tasks", "slices", "naps", "payload")
# How much of the same is done, which often changes along with the size: no axis if there is another.
AMOUNTS = ("requests", "pages", "naps", "rows")
# From best to worst: a case is only as good as its worst round.
SEVERITY = (OK, "skipped", "did_not_finish", "invalid")


@dataclass(frozen=True)
class Series:
    """A model at one size of its own: one line, one bar, one row."""

    model: str
    parameters: Parameters


@dataclass(frozen=True)
class Cell:
    samples: tuple[Sample, ...]

    @property
    def outcome(self) -> str:
        """A case is ok only if every round is: a model that fails now and then has no rate."""
        return max((sample.outcome for sample in self.samples), key=SEVERITY.index)

    @property
    def ok(self) -> bool:
        return self.outcome == OK

    @property
    def reason(self) -> str:
        bad = [sample for sample in self.samples if sample.outcome == self.outcome]
        reason = next((sample.reason for sample in bad if sample.reason), "no reason given")
        part = "" if len(bad) == len(self.samples) else f" ({len(bad)} of {len(self.samples)} rounds)"
        return reason + part

    def by_round(self, value: Callable[[Sample], float]) -> dict[int, float]:
        """One value per round; where a round holds several samples, their median."""
        rounds: dict[int, list[float]] = {}
        for sample in self.samples:
            rounds.setdefault(sample.round, []).append(value(sample))
        return {number: median(values) for number, values in sorted(rounds.items())}

    def times(self) -> dict[int, float]:
        return self.by_round(lambda sample: sample.real_ns)

    def rates(self) -> dict[int, float]:
        """Units per second of wall time."""
        return self.by_round(lambda sample: sample.units / sample.real_ns * 1e9)


@dataclass(frozen=True)
class Case:
    parameters: Parameters
    cells: dict[Series, Cell]

    def value(self, name: str) -> int:
        return dict(self.parameters).get(name, 0)

    def ok(self) -> dict[Series, Cell]:
        return {series: cell for series, cell in self.cells.items() if cell.ok}


@dataclass(frozen=True)
class Workload:
    name: str
    group: str
    unit: str
    cases: tuple[Case, ...]
    series: tuple[Series, ...]
    # Parameters that tell the cases apart, the main one first; those that never change; and those
    # that change only together with the telling ones.
    telling: tuple[str, ...]
    constant: Parameters
    coupled: tuple[str, ...]

    @property
    def main(self) -> str | None:
        return self.telling[0] if self.telling else None

    @cached_property
    def has_peer(self) -> bool:
        return any(s.peer for case in self.cases for cell in case.cells.values() for s in cell.samples)

    def panels(self) -> list[list[Case]]:
        """The cases that differ in the main parameter alone, group by group."""
        groups: dict[tuple[int, ...], list[Case]] = {}
        for case in self.cases:
            groups.setdefault(tuple(case.value(name) for name in self.telling[1:]), []).append(case)
        return [groups[key] for key in sorted(groups)]


def families(document: Document) -> dict[str, str]:
    return {model.name: model.family for model in document.models}


def series_order(document: Document) -> Callable[[Series], tuple[int, int, str, Parameters]]:
    """By family, then as the document lists the models, then by size."""
    family = families(document)
    listed = {model.name: index for index, model in enumerate(document.models)}

    def key(series: Series) -> tuple[int, int, str, Parameters]:
        name = family.get(series.model, "")
        rank = FAMILIES.index(name) if name in FAMILIES else len(FAMILIES)
        return rank, listed.get(series.model, len(listed)), series.model, series.parameters

    return key


def tell_apart(cases: list[Parameters]) -> tuple[str, ...]:
    """The fewest parameters that tell all cases apart, the one with most values first."""
    names = sorted({name for parameters in cases for name, _ in parameters})
    rows = [dict(parameters) for parameters in cases]
    distinct = {name: len({row.get(name) for row in rows}) for name in names}

    def rank(name: str) -> tuple[bool, int, int]:
        return (
            name in AMOUNTS,
            -distinct[name],
            MAIN_FIRST.index(name) if name in MAIN_FIRST else len(MAIN_FIRST),
        )

    varying = sorted((name for name in names if distinct[name] > 1), key=rank)
    if not varying:
        return ()
    main, rest = varying[0], varying[1:]
    for size in range(len(rest) + 1):
        # Few groups make few panels: try those with the fewest values first.
        def groups(chosen: tuple[str, ...]) -> tuple[int, int]:
            return len(set(chosen) & set(AMOUNTS)), sum(distinct[name] for name in chosen)

        for chosen in sorted(combinations(rest, size), key=groups):
            keys = {tuple(row.get(name) for name in (main, *chosen)) for row in rows}
            if len(keys) == len(rows):
                return (main, *chosen)
    return tuple(varying)


def _workload(document: Document, name: str, samples: list[Sample]) -> Workload:
    found: dict[Parameters, dict[Series, list[Sample]]] = {}
    for sample in samples:
        series = Series(sample.model, sample.model_parameters)
        found.setdefault(sample.parameters, {}).setdefault(series, []).append(sample)
    telling = tell_apart(list(found))
    order = series_order(document)

    def size(parameters: Parameters) -> tuple[int, ...]:
        return tuple(dict(parameters).get(key, 0) for key in (*telling[1:], *telling[:1]))

    cases = tuple(
        Case(parameters, {series: Cell(tuple(found[parameters][series])) for series in found[parameters]})
        for parameters in sorted(found, key=size)
    )
    values: dict[str, set[int]] = {}
    for parameters in found:
        for key, value in parameters:
            values.setdefault(key, set()).add(value)
    info = {workload.name: workload for workload in document.workloads}.get(name)
    return Workload(
        name=name,
        group=info.group if info else ("io" if any(sample.peer for sample in samples) else "cpu"),
        unit=info.unit if info else samples[0].unit,
        cases=cases,
        series=tuple(sorted({series for case in cases for series in case.cells}, key=order)),
        telling=telling,
        constant=tuple((key, min(values[key])) for key in values if len(values[key]) == 1),
        coupled=tuple(key for key in values if len(values[key]) > 1 and key not in telling),
    )


def workloads(document: Document) -> list[Workload]:
    """Every workload that has samples: CPU before I/O, otherwise in the document's order."""
    samples: dict[str, list[Sample]] = {}
    for sample in document.samples:
        samples.setdefault(sample.workload, []).append(sample)
    listed = [workload.name for workload in document.workloads]
    names = sorted(samples, key=lambda name: listed.index(name) if name in listed else len(listed))
    found = [_workload(document, name, samples[name]) for name in names]
    return sorted(found, key=lambda workload: workload.group != "cpu")
