"""The published results documents, and the cases that templates name in them.

A case is named as the suite runner names it, but only with the arguments that distinguish it:
`echo/thread_pool/connections:100/work_us:0`. An argument that follows from the machine may be given by its
symbol, which names the same case on every machine: `primes/thread_pool/workers:cpus/grain_us:1000`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from blocks.pages import BlockError
from concur.documents import labels, results
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document, DocumentError


@dataclass(frozen=True)
class Found:
    """A case under one model."""

    name: str
    case: Case
    series: Series

    @property
    def cell(self) -> Cell:
        return self.case.cells[self.series]

    @property
    def ok(self) -> Cell:
        """Its samples; a case that was not ok has no figures."""
        if not self.cell.ok:
            raise BlockError(f"{self.name}: {labels.failure(self.cell)}")
        return self.cell


@dataclass
class Published:
    """The documents of a folder, each read when it is first asked for."""

    folder: Path
    _read: dict[str, Document] = field(default_factory=dict)

    def document(self, name: str) -> Document:
        if name not in self._read:
            try:
                self._read[name] = results.load(self.folder / f"{name}.json")
            except DocumentError as error:
                raise BlockError(str(error)) from None
        return self._read[name]

    def models(self, name: str) -> set[str]:
        """The models that this document has samples of."""
        return {sample.model for sample in self.document(name).samples}

    def find(self, document: str, name: str) -> Found:
        workload, model, given = _parts(document, name)
        found = [
            Found(name, case, series)
            for case, series in _cases(self._workload(document, workload, name))
            if series.model == model and given <= _arguments(case, series)
        ]
        # A model's optional argument stands in the name of a case only if it is not the usual one.
        usual = [one for one in found if not _arguments_of_model(one) - given]
        return _only(usual if len(usual) == 1 else found, f"{document}: {name}")

    def beside(self, document: str, found: Found, other: str) -> Found:
        """Another case, or another model in the same case if `other` is only the name of a model."""
        if "/" in other:
            return self.find(document, other)
        same = [
            Found(f"{found.name} beside {other}", found.case, series)
            for series in found.case.cells
            if series.model == other
        ]
        return _only(same, f"{document}: {found.name} beside {other}")

    def _workload(self, document: str, workload: str, name: str) -> Workload:
        for one in self.document(document).workloads:
            if one.name == workload:
                return one
        raise BlockError(f"{document}: {name}: the document has no samples of the workload {workload}")


def _parts(document: str, name: str) -> tuple[str, str, set[str]]:
    workload, separator, rest = name.partition("/")
    if not separator:
        raise BlockError(f"{document}: {name}: a case has the form workload/model/argument:number")
    model, *given = rest.split("/")
    return workload, model, set(given)


def _cases(workload: Workload) -> Iterator[tuple[Case, Series]]:
    return ((case, series) for case in workload.cases for series in case.cells)


def _arguments(case: Case, series: Series) -> set[str]:
    numbers = (*case.arguments, *case.cells[series].model_arguments)
    given = (*numbers, *case.symbolic_arguments, *series.arguments)
    return {f"{name}:{number}" for name, number in given}


def _arguments_of_model(found: Found) -> set[str]:
    given = found.case.cells[found.series].model_arguments
    return {f"{name}:{number}" for name, number in given}


def _only(found: list[Found], name: str) -> Found:
    if not found:
        raise BlockError(f"{name}: the document has no such case")
    if len(found) > 1:
        raise BlockError(f"{name}: {len(found)} cases have this name; give more arguments")
    return found[0]
