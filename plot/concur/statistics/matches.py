"""Which cases of two results documents are the same case."""

from __future__ import annotations

from dataclasses import dataclass

from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Arguments, SymbolicArguments
from concur.statistics import noise

# A case under one model: workload, arguments, model, its arguments. By the numbers of these arguments, or by
# their symbols where they have such.
Key = tuple[str, Arguments, str, Arguments]
SymbolicKey = tuple[str, SymbolicArguments, str, SymbolicArguments]


@dataclass(frozen=True)
class Measured:
    """A case under one series, as one of the documents has it."""

    workload: Workload
    case: Case
    series: Series
    cell: Cell

    @property
    def key(self) -> Key:
        return self.workload.name, self.case.arguments, self.series.model, self.cell.model_arguments

    @property
    def symbolic_key(self) -> SymbolicKey:
        """This is the same on machines with different numbers of CPUs."""
        symbolic = self.case.symbolic_arguments
        return self.workload.name, symbolic, self.series.model, self.series.arguments

    @property
    def numbers(self) -> Arguments:
        return (*self.cell.model_arguments, *self.case.arguments)

    @property
    def disturbance(self) -> str:
        return noise.serious_words(self.case, self.series, self.workload.cpus)


def _cells(document: Document) -> list[Measured]:
    return [
        Measured(workload, case, series, cell)
        for workload in document.workloads
        for case in workload.cases
        for series, cell in case.cells.items()
    ]


class Matches:
    """The cases that both documents have: by their symbols, and those that are left by their numbers.

    So the case with a worker for each CPU is the same case on machines with different numbers of CPUs, and a
    document without symbols can be compared too.
    """

    def __init__(self, old: Document, new: Document) -> None:
        before, now = _cells(old), _cells(new)
        # By the key in the other document.
        self.before: dict[Key, Measured] = {}
        self.now: dict[Key, Measured] = {}
        by_symbols = {one.symbolic_key: one for one in before}
        by_numbers = {one.key: one for one in before}
        for here in now:
            if there := by_symbols.get(here.symbolic_key):
                self._match(there, here)
        for here in now:
            there = by_numbers.get(here.key)
            if there and here.key not in self.before and there.key not in self.now:
                self._match(there, here)
        # All cases, those of the old document first.
        self.pairs: list[tuple[Measured | None, Measured | None]] = [
            *((one, self.now.get(one.key)) for one in before),
            *((None, one) for one in now if one.key not in self.before),
        ]

    def _match(self, there: Measured, here: Measured) -> None:
        self.before[here.key] = there
        self.now[there.key] = here
