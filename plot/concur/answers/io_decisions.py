"""Decisions for work that waits, and for servers."""

from __future__ import annotations

from collections.abc import Sequence

from concur.answers import situations, words
from concur.answers.decision import Decision, parts
from concur.answers.situations import Place, by, places
from concur.documents.cases import Series
from concur.documents.results import Document
from concur.statistics.intervals import Estimate
from concur.statistics.measures import CPU, MEMORY, P99

# A factor that does not decide where others are ten times as large.
NEAR = 1.25


def waiting(document: Document) -> Decision | None:
    found = by("tasks", places(document, "park"))
    if not found:
        return None
    most = found[-1]
    # Models differ by orders of magnitude here, so that a small difference does not decide.
    leaders = most.leaders(unfit=situations.unfit_beside_idle(document), near=NEAR)
    few = by("tasks", places(document, "timers"))[:1]
    tied = f"there are {few[0].argument('tasks')} tasks" if few and len(few[0].ranked().leaders) > 3 else ""
    return Decision(
        "waiting",
        f"{most.argument('tasks')} tasks that mostly wait",
        most.names(leaders),
        parts(
            situations.memory_words(most, leaders, MEMORY),
            f"to start, wait once and end: {slow}"
            if (slow := situations.losers(most, leaders=leaders))
            else "",
        ),
        tied and f"{tied} only: then {few[0].names(few[0].ranked().leaders, 'and')} take equally long",
        (most, *few),
    )


def busy_connections(document: Document) -> Decision | None:
    found = by("connections", places(document, "echo", work_us=0))
    if not found:
        return None
    most = found[-1]
    chosen = most.leaders(CPU, unfit=situations.unfit_beside_idle(document))
    dropped = [series for series in most.leaders(CPU) if series not in chosen]
    also = f" ({most.names(dropped, 'and')} tie, but not beside idle connections)" if dropped else ""
    working = by("work_us", (one for one in places(document, "echo") if one.case.value("work_us")))[-1:]
    cheap = ""
    if working:
        work = f"the server computes {working[0].argument('work_us')} for each request"
        cheap = f"{work}: then {situations.losers(working[0], CPU, chosen) or 'all tie'}"
    return Decision(
        "busy_connections",
        f"{most.argument('connections')} busy connections with small requests",
        most.names(chosen) + also,
        situations.losers(most, CPU, chosen),
        cheap,
        (most, *working),
    )


def idle_connections(document: Document) -> Decision | None:
    found = situations.crowds(document)
    if len(found) < 2:
        return None
    few, most = found[0], found[-1]
    measure = situations.of_idle(most)
    leaders = most.leaders(measure)
    slow = situations.slow_beside_idle(most)
    loops = [series for series in most.ranked(measure).order() if series.model in slow]
    family = [series for series in loops if most.workload.family(series) == "loops"]
    said = [f"{one.model} {words.times(slow[one.model])}" for one in family]
    return Decision(
        "idle_connections",
        f"{_busy(most)} beside {situations.idle_of(most):,} idle connections",
        most.names(leaders),
        (
            f"{words.listed(said)} {situations.as_much(most.ranked(measure))}"
            if said
            else situations.losers(most, measure, leaders)
        ),
        _if_few_are_idle(few, family),
        (most, few),
    )


def _busy(place: Place) -> str:
    """a busy pair; 10 busy connections"""
    if place.workload.name != situations.CROWD:
        return "a busy pair"
    active = place.case.value("active")
    return f"{place.argument('active')} busy connection{'s' if active > 1 else ''}"


def _if_few_are_idle(few: Place, family: Sequence[Series]) -> str:
    ranked = few.ranked(situations.of_idle(few))
    known = [series for series in family if series in ranked.ratios]
    if not known:
        return ""
    said = words.listed([f"{one.model} {words.times(ranked.ratios[one])}" for one in known])
    idle = situations.idle_of(few)
    few_are = f"only {idle:,} are" if idle else "no connection is"
    return f"{few_are} idle: then {said} {situations.as_much(ranked)}"


def short_connections(document: Document) -> Decision | None:
    found = by("clients", places(document, "churn"))
    if not found:
        return None
    most = found[-1]
    chosen = most.leaders(unfit=situations.unfit_beside_idle(document))
    kept = by("connections", places(document, "echo", work_us=0))
    near = [one for one in kept if one.case.value("connections") >= 100][:1]
    lasting = situations.losers(near[0], CPU, chosen) if near else ""
    return Decision(
        "short_connections",
        "connections that carry one request each",
        most.names(chosen),
        situations.losers(most, CPU, chosen),
        f"connections carry many requests: then {lasting}" if lasting else "",
        (most, *near),
    )


def one_connection(document: Document) -> Decision | None:
    found = by("connections", places(document, "echo", work_us=0))
    if len(found) < 2 or found[0].case.value("connections") != 1:
        return None
    one = found[0]
    ranked, cpu = one.ranked(), one.ranked(CPU)
    leaders = one.leaders()
    if not leaders or ranked.baseline in leaders:
        return None
    gain = words.times_range([ranked.ratios[series] for series in leaders])
    spinning = any(situations.spins(document, series.model) for series in leaders)
    costs = [cpu.ratios[series] for series in leaders if series in cpu.ratios]
    return Decision(
        "one_connection",
        "one connection, and the answer must come at once",
        one.names(leaders),
        parts(
            f"{gain} {situations.as_much(ranked)}",
            f"{words.times_range(costs)} {situations.as_much(cpu)} per request" if costs else "",
            "it uses a whole CPU also while nothing arrives" if spinning else "",
        ),
        "several connections are busy: see the row of busy connections",
        (one,),
    )


def _late(series: Series, p99: Estimate) -> str:
    """99 % of the answers of epoll come within 889 µs (442 µs to 1.27 ms)"""
    interval = f" ({P99.written(p99.low)} to {P99.written(p99.high)})" if p99.has_interval else ""
    return f"99 % of the answers of {series.model} come within {P99.written(p99.value)}{interval}"


def steady_rate(document: Document) -> Decision | None:
    found = by("rate", places(document, "open_echo"))
    if not found:
        return None
    place = found[0]
    late = place.ranked(P99)
    leaders = place.leaders(unfit=situations.unfit_beside_idle(document))
    known = [_late(one, late.absolute[one]) for one in leaders[:1] if one in late.absolute]
    return Decision(
        "steady_rate",
        f"{place.argument('connections')} connections, {place.argument('rate')} requests a second",
        place.names(leaders),
        parts(
            *known,
            situations.losers(place, CPU, leaders),
        ),
        "",
        (place,),
    )
