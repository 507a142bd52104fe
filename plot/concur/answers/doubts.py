"""Which figures of a document are not to be trusted, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from concur.answers import words
from concur.documents import labels, units
from concur.documents.cases import Case, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import RUNS
from concur.statistics import noise, turns
from concur.statistics.measures import P99
from concur.statistics.ratios import is_limited, is_open_loop, to_baseline
from concur.statistics.turns import WALL

# An interval that reaches further than this from its value is too wide to rank models by.
WIDE = 0.10
NOMINAL_MARGIN = 0.25
# Figures of so few CPUs say nothing of machines with many.
CPUS_FEW = 4

Place = tuple[Workload, Case]


@dataclass(frozen=True)
class Doubt:
    # The figures that are doubtful, and the reason.
    what: str
    why: str
    # The cases; empty: all of them.
    where: tuple[Place, ...] = ()
    # Whether the figures are wrong or useless, and not only narrower than a reader may think.
    serious: bool = False

    @property
    def places(self) -> str:
        """echo: 100 connections; http"""
        return "; ".join(
            f"{workload.name}: {labels.case(workload, case)}" if len(workload.cases) > 1 else workload.name
            for workload, case in self.where
        )


def _where(document: Document, applies: Callable[[Workload, Case], bool]) -> tuple[Place, ...]:
    return tuple((w, case) for w in document.workloads for case in w.cases if applies(w, case))


def doubts(document: Document) -> list[Doubt]:
    """The most serious first."""
    if document.is_foreign:
        return list(_of_other_programs(document))
    found = [
        *_incomplete(document),
        *_disturbed(document),
        *_controls(document),
        *_clients_at_their_limit(document),
        *_wide(document),
        *_wide_latencies(document),
        *_closed_loops(document),
        *_nominal_sizes(document),
        *_machine(document),
    ]
    return sorted(found, key=lambda doubt: not doubt.serious)


def banner(document: Document) -> str:
    """One line if the run as a whole is in doubt; otherwise empty."""
    if not document.complete:
        return f"This run is {labels.incomplete(document)}. What is missing was not measured."
    places = _where(document, is_disturbed)
    cases = sum(len(workload.cases) for workload in document.workloads)
    if 4 * len(places) < cases or not places:
        return ""
    found = f"{len(places)} of {units.number_of('cases', cases)}"
    return f"This run was disturbed: in {found} other programs took part of the machine. Run it again."


def is_disturbed(workload: Workload, case: Case) -> bool:
    """Whether at least half of its models were disturbed in most of their sets."""
    said = [noise.serious_words(case, series, workload.cpus) for series in case.ok()]
    return 2 * sum(map(bool, said)) >= len(said) > 0


def _incomplete(document: Document) -> Iterator[Doubt]:
    if not document.complete:
        yield Doubt("the whole run", labels.incomplete(document), serious=True)
    if document.rounds_least == 1:
        yield Doubt("all figures", "there is one set only, so that their spread is not known", serious=True)


def _of_other_programs(document: Document) -> Iterator[Doubt]:
    """Plain JSON of Google Benchmark has no evidence of disturbances."""
    for warning in document.warnings:
        yield Doubt("all figures", warning, serious=True)
    if document.rounds_least == 1:
        yield Doubt("figures of one repetition", "their spread is not known", serious=True)
    if document.is_of_one_process:
        yield Doubt(
            "small differences", "all repetitions are of one process: another may be faster or slower"
        )


def _disturbed(document: Document) -> Iterator[Doubt]:
    """One for each reason; the models that it applies to are named if they are few."""
    by_reason: dict[str, dict[Place, list[Series]]] = {}
    for workload in document.workloads:
        for case in workload.cases:
            for series in case.ok():
                if said := noise.serious_kind(case, series, workload.cpus):
                    by_reason.setdefault(said, {}).setdefault((workload, case), []).append(series)
    for reason, found in by_reason.items():
        models = words.models_of(series for several in found.values() for series in several)
        every = any(len(several) == len(case.ok()) for (_, case), several in found.items())
        who = "" if every or len(models) > words.NAMES_MOST else f" of {words.listed(models)}"
        yield Doubt(f"the figures{who} in disturbed cases", reason, tuple(found), serious=True)


def _controls(document: Document) -> Iterator[Doubt]:
    """A/A controls: the same case twice in a set must not differ."""
    for workload in document.workloads:
        for case in workload.cases:
            for series in case.ok():
                name = case.cells[series].samples[0].case_key
                again = [one for one in document.repetitions if one.case_key == name]
                ratio = turns.paired_sets(again, case.cells[series].samples, WALL) if again else None
                if ratio is None or len(ratio.logs) < 2:
                    continue
                found = ratio.estimate()
                if abs(math.log(found.value)) > math.log(1 + noise.REPETITION_MARGIN):
                    yield Doubt(
                        f"differences below {units.percent(abs(found.value - 1))}",
                        f"{series.model} beside itself took {words.times_with_interval(found)} as long",
                        ((workload, case),),
                        serious=True,
                    )


def _clients_at_their_limit(document: Document) -> Iterator[Doubt]:
    if where := _where(document, lambda _, case: is_limited(case)):
        yield Doubt(
            "throughput and latency",
            "the clients used 90 % of their CPUs or more, so that they set the pace, and not the model. "
            "There, models are compared by the CPU time of a request or connection",
            where,
        )


def _wide(document: Document) -> Iterator[Doubt]:
    def is_wide(_: Workload, case: Case) -> bool:
        ratios = to_baseline(case).ratios.values()
        return any(
            one.has_interval and math.log(one.high / one.low) > 2 * math.log(1 + WIDE) for one in ratios
        )

    if where := _where(document, is_wide):
        yield Doubt(
            f"ratios whose interval is wider than ±{units.percent(WIDE)}",
            "they vary from set to set, and rank models only where the intervals lie apart",
            where,
        )


def _wide_latencies(document: Document) -> Iterator[Doubt]:
    def is_wide(_: Workload, case: Case) -> bool:
        known = (P99.absolute(cell) for cell in case.ok().values())
        return any(one is not None and one.has_interval and one.high > 2 * one.low for one in known)

    if where := _where(document, is_wide):
        yield Doubt(
            "99th percentiles whose interval is wider than a factor of two",
            "few requests are so late, and their number varies from set to set",
            where,
        )


def _nominal_sizes(document: Document) -> Iterator[Doubt]:
    """CPU work has a fixed size, whose time depends on the CPU."""
    for workload in document.workloads:
        for case in workload.cases:
            ranked = to_baseline(case)
            nominal_ns = case.value("grain_us") * 1000
            if not nominal_ns or ranked.baseline is None or (ns := ranked.value(ranked.baseline)) is None:
                continue
            if abs(math.log(ns / nominal_ns)) > math.log(1 + NOMINAL_MARGIN):
                measured = units.in_unit(ns, units.TIMES, 2)
                yield Doubt(
                    "the sizes of CPU work in the names of cases (grain, work)",
                    f"they are nominal: a task of {units.duration(nominal_ns)} takes {measured} here",
                    ((workload, case),),
                )
                return


def _closed_loops(document: Document) -> Iterator[Doubt]:
    def is_closed(workload: Workload, case: Case) -> bool:
        known = any(P99.absolute(cell) is not None for cell in case.ok().values())
        return known and workload.has_peer and not is_open_loop(case)

    if where := _where(document, is_closed):
        yield Doubt(
            "latencies of closed loops",
            "a client waits for its answer before it sends again, so that a stall delays few requests. Only "
            "an open loop measures latency from the intended send",
            where,
        )


def _machine(document: Document) -> Iterator[Doubt]:
    cpus = document.origin.cpus_usable
    if cpus <= CPUS_FEW:
        yield Doubt(
            "how models scale to many CPUs",
            f"this run could use {units.number_of('CPUs', cpus)}",
        )
    if any(workload.has_peer for workload in document.workloads):
        yield Doubt(
            "the cost of a network",
            "clients and servers are on one machine and talk over loopback, without network cards and "
            "packet loss",
        )
    if any(sample.timed == RUNS for sample in document.samples):
        yield Doubt("absolute times", "they are of this machine and hour; ratios and counts travel better")
