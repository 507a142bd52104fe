"""Finds the cases that stand for a situation, and says in words what models cost there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from concur.answers import memory_texts, words
from concur.documents import labels, units
from concur.documents.cases import Case, Series, Workload
from concur.documents.results import Document
from concur.statistics.intervals import Estimate
from concur.statistics.measures import CPU, WALL, Measure
from concur.statistics.ratios import Ranked, is_tie, to_baseline

# What costs less than this many times the baseline is not worth a word.
WORTH_A_WORD = 1.05
LOSERS_MOST = 3
NATIVE = "native"
# The workload with idle connections.
CROWD = "idle_crowd"
# The CPUs that a model uses on average while its tasks sleep, above which it does not really wait.
BUSY_WHILE_WAITING = 0.5


@dataclass(frozen=True)
class Place:
    """A case, with its workload."""

    workload: Workload
    case: Case

    @property
    def text(self) -> str:
        name = labels.case(self.workload, self.case)
        return f"{self.workload.name}, {name}" if len(self.workload.cases) > 1 else self.workload.name

    def ranked(self, measure: Measure | None = None) -> Ranked:
        return to_baseline(self.case, measure)

    def leaders(
        self, measure: Measure | None = None, unfit: Collection[str] = (), near: float = 1.0
    ) -> list[Series]:
        """The models to choose from: the best, and those that tie with it or are near.

        Hand-written controls are no models. If all are unfit, the leaders are those of all models.
        """
        ranked = self.ranked(measure)
        models = [one for one in ranked.order() if self.workload.family(one) != NATIVE]
        fit = [one for one in models if one.model not in unfit] or models
        if len(fit) < 2:
            return fit
        first, cells = self.case.cells[fit[0]], self.case.cells
        beside = {one: ranked.measure.ratio(cells[one], first) for one in fit[1:]}
        return [
            fit[0],
            *(one for one, ratio in beside.items() if ratio is None or is_tie(ratio) or ratio.value <= near),
        ]

    @property
    def task_size(self) -> str:
        """What a task of this case takes under the baseline: its argument is a nominal size only."""
        ranked = self.ranked(WALL)
        known = None if ranked.baseline is None else ranked.value(ranked.baseline)
        return units.in_unit(known, units.TIMES, 2) if known else self.argument("grain_us")

    def argument(self, name: str) -> str:
        """10 µs; 1,000"""
        number = self.case.value(name)
        has_unit = labels.is_bytes(name) or labels.time_suffix(name)
        return labels.value(name, number) if has_unit else f"{number:,}"

    def names(self, chosen: Sequence[Series], last: str = "or") -> str:
        return words.names(self.workload, self.case, chosen, last)


def places(document: Document, workload: str, **fixed: int) -> list[Place]:
    """The cases of a workload that have these arguments, in which models can be compared."""
    return [
        Place(found, case)
        for found in document.workloads
        if found.name == workload
        for case in found.cases
        if all(case.value(name) == value for name, value in fixed.items()) and to_baseline(case).ratios
    ]


def by(parameter: str, found: Iterable[Place]) -> list[Place]:
    return sorted(found, key=lambda place: place.case.value(parameter))


def losers(
    place: Place, measure: Measure | None = None, leaders: Sequence[Series] = (), each: bool = False
) -> str:
    """thread_per_task takes 1.44 times and process_per_task 1.96 times as long as epoll

    The worst model of each family that has no leader, or `each` model; empty if none is clearly worse.
    """
    ranked = place.ranked(measure)
    if ranked.baseline is None:
        return ""
    families = {place.workload.family(series) for series in leaders}
    worst: dict[str, Series] = {}
    for series in ranked.order():
        family = place.workload.family(series)
        if family not in families and ranked.ratios[series].low > WORTH_A_WORD:
            worst[series.model if each else family] = series
    chosen = sorted(worst.values(), key=lambda series: ranked.ratios[series].value)[-LOSERS_MOST - each :]
    if not chosen:
        return ""
    said = words.listed([f"{one.model} {words.times(ranked.ratios[one])}" for one in chosen])
    first, _, rest = said.partition(" ")
    return f"{first} takes {rest} {as_much(ranked)}"


def as_much(ranked: Ranked) -> str:
    """as long as epoll, the CPU time of epoll"""
    assert ranked.baseline is not None, "it has ratios"
    if ranked.measure is WALL:
        return f"as long as {ranked.baseline.model}"
    return f"the {ranked.measure.name} of {ranked.baseline.model}"


def crowds(document: Document) -> list[Place]:
    """Few busy connections beside more and more silent ones.

    In documents from before idle_crowd: a busy pair of tasks beside more and more tasks that wait.
    """
    return by("connections", places(document, CROWD)) or by("idle", places(document, "ping_pong"))


def idle_of(place: Place) -> int:
    """How many of its connections are silent."""
    if place.workload.name != CROWD:
        return place.case.value("idle")
    return place.case.value("connections") - place.case.value("active")


def of_idle(place: Place) -> Measure | None:
    """By what its models are compared. A server beside its clients: by its CPU time."""
    return CPU if place.workload.name == CROWD else None


def most_idle(document: Document) -> Place | None:
    """The case with the most idle connections, if there is one with such connections."""
    found = crowds(document)
    return found[-1] if found and idle_of(found[-1]) else None


def unfit_beside_idle(document: Document) -> set[str]:
    """The models that become slow, or cannot work at all, while many tasks wait beside the busy ones."""
    place = most_idle(document)
    if place is None:
        return set()
    failed = {series.model for series, cell in place.case.cells.items() if not cell.ok}
    return failed | set(slow_beside_idle(place))


def slow_beside_idle(place: Place) -> dict[str, Estimate]:
    """With their ratios."""
    ranked = place.ranked(of_idle(place))
    return {
        series.model: ratio
        for series, ratio in ranked.ratios.items()
        if not is_tie(ratio) and ratio.low > WORTH_A_WORD
    }


def spins(document: Document, model: str) -> bool:
    """Whether this model computes also while all of its tasks wait."""
    found = by("tasks", places(document, "timers"))
    cells = [cell for series, cell in found[-1].case.ok().items() if series.model == model] if found else []
    used = [sample.cpu_ns / sample.real_ns for cell in cells for sample in cell.samples if sample.cpu_ns]
    return bool(used) and median(used) > BUSY_WHILE_WAITING


def pays_from(found: Sequence[Place]) -> tuple[Place | None, Place | None]:
    """Of cases in ascending order: the last in which the baseline leads, and the first where it does not."""
    last: Place | None = None
    for place in found:
        ranked = place.ranked()
        if ranked.baseline not in ranked.leaders and ranked.leaders:
            return last, place
        last = place
    return last, None


def memory_words(place: Place, leaders: Sequence[Series], measure: Measure) -> str:
    """memory of a waiting task: coroutine 458 B, epoll 292 B and thread_per_task 39.3 kB"""
    known = place.ranked(measure).absolute
    others = [series for series in known if series not in leaders]
    most = max(others, key=lambda series: known[series].value, default=None)
    shown = [series for series in (*leaders, most) if series in known]
    said = [f"{series.model} {measure.written(known[series].value)}" for series in shown if series]
    return f"{memory_texts.name(place.workload)}: {words.listed(said)}" if said else ""
