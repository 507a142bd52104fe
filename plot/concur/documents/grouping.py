"""Groups the samples of a document into workloads, cases and cells, and orders them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from concur.documents.cases import FAMILIES, Case, Cell, Series, Workload, WorkloadInfo
from concur.documents.comparison_groups import Group
from concur.documents.samples import ITERATIONS, Arguments, Sample

# The main parameter is the first of these, if several have equally many arguments.
MAIN_FIRST = ("clients", "connections", "grain_us", "tasks", "slices", "naps", "payload", "work_us")
# These say how often the same work is repeated. They are an axis only where no other parameter changes.
AMOUNTS = (
    *("requests", "round_trips", "hand_overs", "passengers", "items", "stays", "tickets"),
    *("pages", "naps", "rows", "meals"),
)
# The models that others are compared with if no comparison group says otherwise.
BASELINES = {"cpu": "serial", "io": "epoll"}


@dataclass(frozen=True)
class Material:
    """What is grouped: the samples of a document, and what it says of models and machine."""

    samples: Sequence[Sample]
    # Entries of the same cases in further comparison groups.
    others: Sequence[Sample]
    groups: Sequence[Group]
    # The family of each model.
    families: Mapping[str, str]
    cpus: int

    def of_workload(self, name: str) -> Material:
        return replace(
            self,
            samples=[sample for sample in self.samples if sample.workload == name],
            others=[sample for sample in self.others if sample.workload == name],
        )


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


# The place of a series among all series; a number stands before a symbol.
Order = tuple[int, int, str, tuple[tuple[str, bool, int | str], ...]]


def series_order(families: Mapping[str, str]) -> Callable[[Series], Order]:
    """By family, then in the order in which the document lists the models, then by arguments."""
    listed = {model: index for index, model in enumerate(families)}

    def key(series: Series) -> Order:
        name = families.get(series.model, "")
        rank = FAMILIES.index(name) if name in FAMILIES else len(FAMILIES)
        given = tuple((argument, isinstance(value, str), value) for argument, value in series.arguments)
        return rank, listed.get(series.model, len(listed)), series.model, given

    return key


def _cells(material: Material) -> dict[Arguments, dict[Series, Cell]]:
    found: dict[Arguments, dict[Series, list[Sample]]] = {}
    others: dict[tuple[object, ...], list[Sample]] = {}
    for sample in material.samples:
        found.setdefault(sample.arguments, {}).setdefault(Series.of(sample), []).append(sample)
    for sample in material.others:
        others.setdefault(sample.case_key, []).append(sample)
    return {
        arguments: {
            series: Cell(tuple(samples), tuple(others.get(samples[0].case_key, ())))
            for series, samples in of_case.items()
        }
        for arguments, of_case in found.items()
    }


def _with_baseline(case: Case, usual: str, groups: Sequence[Group], order: Sequence[Series]) -> Case:
    """The case with the baseline of its comparison group, or the usual one, or the first that is ok."""
    declared = {group.name: group.baseline for group in groups}
    ok = case.ok()
    wanted = {
        declared.get(sample.group)
        for cell in ok.values()
        for sample in cell.samples[:1]
        if sample.group is not None
    }
    named = (series for series in order if series in ok and ok[series].samples[0].identity in wanted)
    known = (series for series in order if series in ok and series.model == usual)
    candidates = [*named, *known, *(series for series in order if series in ok)]
    return replace(case, baseline=candidates[0] if candidates else None)


def _workload(info: WorkloadInfo, material: Material) -> Workload:
    found = _cells(material)
    families = material.families
    values: dict[str, set[int]] = {}
    for name, value in (argument for arguments in found for argument in arguments):
        values.setdefault(name, set()).add(value)
    telling = tell_apart(list(found))
    series = tuple(sorted({one for cells in found.values() for one in cells}, key=series_order(families)))
    usual = BASELINES.get(info.group, "")

    def place(arguments: Arguments) -> tuple[int, ...]:
        return tuple(dict(arguments).get(name, 0) for name in (*telling[1:], *telling[:1]))

    def case_of(arguments: Arguments) -> Case:
        cells = found[arguments]
        # A case that is named with its numbers has no symbols, though other entries of it may have them.
        symbols = {known for cell in cells.values() for known in cell.samples[0].symbols}
        own = tuple(sorted((name, symbol) for name, symbol in symbols if name in dict(arguments)))
        case = Case(arguments, cells, symbols=own)
        # Benchmarks that have the same arguments need not do the same work: none of them is the baseline.
        return case if info.timed == ITERATIONS else _with_baseline(case, usual, material.groups, series)

    cases = tuple(case_of(arguments) for arguments in sorted(found, key=place))
    return Workload(
        name=info.name,
        group=info.group,
        unit=info.unit,
        timed=info.timed,
        cases=cases,
        series=series,
        telling=telling,
        constant=tuple((name, min(values[name])) for name in values if len(values[name]) == 1),
        coupled=tuple(name for name in values if len(values[name]) > 1 and name not in telling),
        families=families,
        cpus=material.cpus,
    )


def group(material: Material, infos: Sequence[WorkloadInfo]) -> tuple[Workload, ...]:
    """All workloads that have samples: CPU before I/O, otherwise in the order of the document."""
    known = {info.name: info for info in infos}
    found = []
    for name in dict.fromkeys([*known, *(sample.workload for sample in material.samples)]):
        of_workload = material.of_workload(name)
        if of_workload.samples:
            first, served = of_workload.samples[0], any(s.peer for s in of_workload.samples)
            guess = WorkloadInfo(name, "io" if served else "cpu", first.unit, first.timed)
            found.append(_workload(known.get(name, guess), of_workload))
    return tuple(sorted(found, key=lambda workload: workload.group != "cpu"))
