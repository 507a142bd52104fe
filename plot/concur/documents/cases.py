"""The samples of a document as workloads, cases and cells.

A case is a workload with one set of arguments; a cell is a case under one series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from concur.documents.samples import (
    ITERATIONS,
    OK,
    WINDOWS,
    Arguments,
    Sample,
    SymbolicArguments,
    Symbols,
    with_symbols,
)

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
    # Of documents that concur did not write. It is the only family there.
    "benchmarks",
)
# From best to worst.
SEVERITY = (OK, "skipped", "did_not_finish", "invalid")


@dataclass(frozen=True)
class Series:
    """A model with its own arguments (its number of workers, for example): one line, one bar or one row.

    An argument that the suite gives by a symbol has this symbol, not the number. So a pool with a worker for
    each connection is one series, though the number of its workers changes along the axis.
    """

    model: str
    arguments: SymbolicArguments

    @staticmethod
    def of(sample: Sample) -> Series:
        return Series(sample.model, with_symbols(sample.model_arguments, sample.symbols))

    @property
    def symbols(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, symbol) for name, symbol in self.arguments if isinstance(symbol, str))


@dataclass(frozen=True)
class Cell:
    # One for each round.
    samples: tuple[Sample, ...]
    # Its entries in further comparison groups, where it has other partners.
    others: tuple[Sample, ...] = ()

    @property
    def in_turns(self) -> bool:
        """Whether it took turns with other models, so that its samples have slices."""
        return all(sample.slices is not None for sample in self.samples)

    @property
    def outcome(self) -> str:
        """The outcome of the worst set: a model that sometimes fails has no rate."""
        return max((sample.outcome for sample in self.samples), key=SEVERITY.index)

    @property
    def ok(self) -> bool:
        return self.outcome == OK

    @property
    def reason(self) -> str:
        bad = [sample for sample in self.samples if sample.outcome == self.outcome]
        reason = next((sample.reason for sample in bad if sample.reason), "no reason given")
        observations = "repetitions" if bad[0].timed == ITERATIONS else "sets"
        part = "" if len(bad) == len(self.samples) else f" ({len(bad)} of {len(self.samples)} {observations})"
        return reason + part

    @property
    def model_arguments(self) -> Arguments:
        """With the numbers, also of arguments that have a symbol."""
        return self.samples[0].model_arguments

    def by_round(self, value: Callable[[Sample], float | None]) -> dict[int, float]:
        """One value for each round in which it is known; of several samples in a round, the median."""
        rounds: dict[int, list[float]] = {}
        for sample in self.samples:
            if (known := value(sample)) is not None:
                rounds.setdefault(sample.round, []).append(known)
        return {number: median(values) for number, values in sorted(rounds.items())}


@dataclass(frozen=True, eq=False)
class Case:
    arguments: Arguments
    cells: dict[Series, Cell]
    # The series that all others are compared with: that of the comparison group, or a usual one. It is ok.
    baseline: Series | None = None
    # The symbols of arguments of the workload.
    symbols: Symbols = ()

    @property
    def symbolic_arguments(self) -> SymbolicArguments:
        return with_symbols(self.arguments, self.symbols)

    def value(self, name: str) -> int:
        return dict(self.arguments).get(name, 0)

    def same_cell(self, series: Series, other: Case) -> Cell | None:
        """The cell of a series of this case in another document: by its symbols, or else by its numbers."""
        if series in self.cells:
            return self.cells[series]
        numbers = other.cells[series].model_arguments
        # One that the other document has by its symbols too is not the same.
        alike = (
            one for own, one in self.cells.items() if own.model == series.model and own not in other.cells
        )
        return next((one for one in alike if one.model_arguments == numbers), None)

    def ok(self) -> dict[Series, Cell]:
        return {series: cell for series, cell in self.cells.items() if cell.ok}


@dataclass(frozen=True)
class Row:
    """A model as one row of a table over several workloads, whatever its number of workers is in each."""

    model: str
    # The series that are shown, the most usual first.
    preferred: tuple[Series, ...]

    def series_of(self, case: Case) -> Series | None:
        """Of several series of the model in this case, the one that is most usual in the document."""
        return next((series for series in self.preferred if series in case.cells), None)


@dataclass(frozen=True)
class WorkloadInfo:
    """What the document says of a workload."""

    name: str
    group: str
    unit: str
    # What one iteration is: windows or runs.
    timed: str
    # What it is, in a few words; empty if the document does not say it.
    summary: str = ""


@dataclass(frozen=True, eq=False)
class Workload:
    """The samples of one workload, with what a chart must know of the models and the machine."""

    name: str
    group: str
    unit: str
    timed: str
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

    @property
    def in_windows(self) -> bool:
        return self.timed == WINDOWS

    @cached_property
    def has_peer(self) -> bool:
        return any(sample.peer for sample in self.samples)

    @property
    def samples(self) -> Iterator[Sample]:
        return (s for case in self.cases for cell in case.cells.values() for s in cell.samples)

    def same_case(self, other: Case) -> Case | None:
        """The case that is a case of another document: by its symbols, or else by its numbers."""
        alike = [case for case in self.cases if case.symbolic_arguments == other.symbolic_arguments]
        alike += [case for case in self.cases if case.arguments == other.arguments]
        return alike[0] if alike else None

    def family(self, series: Series) -> str:
        return self.families.get(series.model, "")

    def panels(self) -> list[list[Case]]:
        """Groups of cases; the cases of a group differ only in the main parameter."""
        groups: dict[tuple[int, ...], list[Case]] = {}
        for case in self.cases:
            groups.setdefault(tuple(case.value(name) for name in self.telling[1:]), []).append(case)
        return [groups[key] for key in sorted(groups)]


def main_rows(workloads: Sequence[Workload]) -> tuple[Row, ...]:
    """One row for each model, in the order of the document.

    A pool may have a worker for each CPU in one workload, and one for each connection in another; and where
    its speed-up is measured, it has several numbers of workers in one case.
    """
    counts: dict[Series, int] = {}
    for case in (case for workload in workloads for case in workload.cases):
        for series in case.cells:
            counts[series] = counts.get(series, 0) + 1
    order = {series: place for place, series in enumerate(counts)}
    by_model: dict[str, list[Series]] = {}
    for workload in workloads:
        for series in workload.series:
            if series not in by_model.setdefault(series.model, []):
                by_model[series.model].append(series)
    listed = list(workloads[0].families) if workloads else []

    def preference(one: Series) -> tuple[int, bool, int]:
        """Of several that are equally usual: a worker for each CPU."""
        return -counts[one], "cpus" not in dict(one.symbols).values(), order[one]

    def place(model: str) -> tuple[int, int]:
        family = workloads[0].families.get(model, "")
        rank = FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)
        return rank, listed.index(model) if model in listed else len(listed)

    return tuple(
        Row(model, tuple(sorted(by_model[model], key=preference))) for model in sorted(by_model, key=place)
    )
