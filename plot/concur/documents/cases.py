"""Groups the samples of a document into workloads, cases and cells.

A case is a workload with one set of arguments; a cell is a case under one series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import median

from concur.documents.samples import OK, Arguments, Sample

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
# The main parameter is the first of these, if several have equally many arguments.
MAIN_FIRST = ("connections", "clients", "grain_us", "tasks", "slices", "naps", "payload")
# These say how often the same work is repeated. They are an axis only where no other parameter changes.
AMOUNTS = ("requests", "pages", "naps", "rows")
# From best to worst.
SEVERITY = (OK, "skipped", "did_not_finish", "invalid")


@dataclass(frozen=True)
class Series:
    """A model with its own arguments (its number of workers, for example): one line, one bar or one row."""

    model: str
    arguments: Arguments


@dataclass(frozen=True)
class Cell:
    samples: tuple[Sample, ...]

    @property
    def outcome(self) -> str:
        """The outcome of the worst round: a model that sometimes fails has no rate."""
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
        """One value for each round; of several samples in a round, the median."""
        rounds: dict[int, list[float]] = {}
        for sample in self.samples:
            rounds.setdefault(sample.round, []).append(value(sample))
        return {number: median(values) for number, values in sorted(rounds.items())}

    def times(self) -> dict[int, float]:
        return self.by_round(lambda sample: sample.real_ns)

    def rates(self) -> dict[int, float]:
        """Units per second of wall time."""
        return self.by_round(lambda sample: sample.units / sample.real_ns * 1e9)


@dataclass(frozen=True, eq=False)
class Case:
    arguments: Arguments
    cells: dict[Series, Cell]

    def value(self, name: str) -> int:
        return dict(self.arguments).get(name, 0)

    def of_model(self, model: str) -> Cell | None:
        """The first cell of this model that is ok."""
        return next((cell for series, cell in self.ok().items() if series.model == model), None)

    def ok(self) -> dict[Series, Cell]:
        return {series: cell for series, cell in self.cells.items() if cell.ok}


@dataclass(frozen=True)
class WorkloadInfo:
    """What the document says of a workload."""

    name: str
    group: str
    unit: str


@dataclass(frozen=True, eq=False)
class Workload:
    """The samples of one workload, with what a chart must know of the models and the machine."""

    name: str
    group: str
    unit: str
    cases: tuple[Case, ...]
    series: tuple[Series, ...]
    # The fewest parameters that distinguish all cases, the main one first.
    telling: tuple[str, ...]
    # The arguments that are the same in all cases.
    constant: Arguments
    # The other parameters: their arguments change only together with those of `telling`.
    coupled: tuple[str, ...]
    # The family of each model, in the order of the document.
    families: Mapping[str, str]
    # The number of CPUs of the machine.
    cpus: int

    @property
    def main(self) -> str | None:
        return self.telling[0] if self.telling else None

    @cached_property
    def has_peer(self) -> bool:
        return any(sample.peer for sample in self.samples)

    @property
    def samples(self) -> Iterator[Sample]:
        return (s for case in self.cases for cell in case.cells.values() for s in cell.samples)

    def family(self, series: Series) -> str:
        return self.families.get(series.model, "")

    def panels(self) -> list[list[Case]]:
        """Groups of cases; the cases of a group differ only in the main parameter."""
        groups: dict[tuple[int, ...], list[Case]] = {}
        for case in self.cases:
            groups.setdefault(tuple(case.value(name) for name in self.telling[1:]), []).append(case)
        return [groups[key] for key in sorted(groups)]


def tell_apart(cases: Sequence[Arguments]) -> tuple[str, ...]:
    """The fewest parameters that distinguish all cases, the one with most values first."""
    rows = [dict(arguments) for arguments in cases]
    names = sorted({name for row in rows for name in row})
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
        # Few groups make few panels, so parameters with few values are tried first.
        def groups(chosen: tuple[str, ...]) -> tuple[int, int]:
            return len(set(chosen) & set(AMOUNTS)), sum(distinct[name] for name in chosen)

        for chosen in sorted(combinations(rest, size), key=groups):
            keys = {tuple(row.get(name) for name in (main, *chosen)) for row in rows}
            if len(keys) == len(rows):
                return (main, *chosen)
    return tuple(varying)


def _series_order(families: Mapping[str, str]) -> Callable[[Series], tuple[int, int, str, Arguments]]:
    """By family, then in the order in which the document lists the models, then by arguments."""
    listed = {model: index for index, model in enumerate(families)}

    def key(series: Series) -> tuple[int, int, str, Arguments]:
        name = families.get(series.model, "")
        rank = FAMILIES.index(name) if name in FAMILIES else len(FAMILIES)
        return rank, listed.get(series.model, len(listed)), series.model, series.arguments

    return key


def _workload(
    info: WorkloadInfo, samples: Sequence[Sample], families: Mapping[str, str], cpus: int
) -> Workload:
    found: dict[Arguments, dict[Series, list[Sample]]] = {}
    values: dict[str, set[int]] = {}
    for sample in samples:
        series = Series(sample.model, sample.model_arguments)
        found.setdefault(sample.arguments, {}).setdefault(series, []).append(sample)
        for name, value in sample.arguments:
            values.setdefault(name, set()).add(value)
    telling = tell_apart(list(found))

    def size(arguments: Arguments) -> tuple[int, ...]:
        return tuple(dict(arguments).get(name, 0) for name in (*telling[1:], *telling[:1]))

    cases = tuple(
        Case(arguments, {series: Cell(tuple(of_series)) for series, of_series in found[arguments].items()})
        for arguments in sorted(found, key=size)
    )
    return Workload(
        name=info.name,
        group=info.group,
        unit=info.unit,
        cases=cases,
        series=tuple(
            sorted({series for case in cases for series in case.cells}, key=_series_order(families))
        ),
        telling=telling,
        constant=tuple((name, min(values[name])) for name in values if len(values[name]) == 1),
        coupled=tuple(name for name in values if len(values[name]) > 1 and name not in telling),
        families=families,
        cpus=cpus,
    )


def group(
    samples: Sequence[Sample], infos: Sequence[WorkloadInfo], families: Mapping[str, str], cpus: int
) -> tuple[Workload, ...]:
    """All workloads that have samples: CPU before I/O, otherwise in the order of the document."""
    by_workload: dict[str, list[Sample]] = {info.name: [] for info in infos}
    for sample in samples:
        by_workload.setdefault(sample.workload, []).append(sample)
    known = {info.name: info for info in infos}
    found = []
    for name, of_workload in by_workload.items():
        if of_workload:
            guess = WorkloadInfo(
                name, "io" if any(s.peer for s in of_workload) else "cpu", of_workload[0].unit
            )
            found.append(_workload(known.get(name, guess), of_workload, families, cpus))
    return tuple(sorted(found, key=lambda workload: workload.group != "cpu"))
