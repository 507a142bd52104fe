"""Groups the samples of a document into workloads, cases and cells, and orders them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from concur.documents.cases import FAMILIES, Case, Cell, Series, Workload, WorkloadInfo
from concur.documents.samples import Arguments, Sample

# The main parameter is the first of these, if several have equally many arguments.
MAIN_FIRST = ("clients", "connections", "grain_us", "tasks", "slices", "naps", "payload", "work_us")
# These say how often the same work is repeated. They are an axis only where no other parameter changes.
AMOUNTS = ("requests", "round_trips", "pages", "naps", "rows")


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


def _workload(
    info: WorkloadInfo, samples: Sequence[Sample], families: Mapping[str, str], cpus: int
) -> Workload:
    found: dict[Arguments, dict[Series, list[Sample]]] = {}
    values: dict[str, set[int]] = {}
    for sample in samples:
        found.setdefault(sample.arguments, {}).setdefault(Series.of(sample), []).append(sample)
        for name, value in sample.arguments:
            values.setdefault(name, set()).add(value)
    telling = tell_apart(list(found))

    def place(arguments: Arguments) -> tuple[int, ...]:
        return tuple(dict(arguments).get(name, 0) for name in (*telling[1:], *telling[:1]))

    cases = tuple(
        Case(arguments, {series: Cell(tuple(of_series)) for series, of_series in found[arguments].items()})
        for arguments in sorted(found, key=place)
    )
    return Workload(
        name=info.name,
        group=info.group,
        unit=info.unit,
        timed=info.timed,
        cases=cases,
        series=tuple(sorted({series for case in cases for series in case.cells}, key=series_order(families))),
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
            first, served = of_workload[0], any(s.peer for s in of_workload)
            guess = WorkloadInfo(name, "io" if served else "cpu", first.unit, first.timed)
            found.append(_workload(known.get(name, guess), of_workload, families, cpus))
    return tuple(sorted(found, key=lambda workload: workload.group != "cpu"))
