"""Decisions for work that computes."""

from __future__ import annotations

from concur.answers import situations, words
from concur.answers.decision import Decision, parts
from concur.answers.situations import by, places
from concur.documents.cases import Series
from concur.documents.results import Document
from concur.statistics.measures import CPU

# It starts nothing, so that it is the first choice where nothing else is better.
SIMPLEST = "serial"


def short_tasks(document: Document) -> Decision | None:
    found = by("grain_us", places(document, "primes"))
    if len(found) < 2:
        return None
    least = found[0]
    leaders = least.leaders()
    simple = [series for series in leaders if series.model == SIMPLEST]
    last, first = situations.pays_from(found)
    pays = ""
    if first is not None:
        pays = f"a task takes {first.task_size} or more: then {first.names(first.leaders())} pays"
        if first is least:
            pays = ""
    return Decision(
        "short_tasks",
        f"{least.argument('tasks')} CPU tasks of {least.task_size}",
        least.names(simple or leaders),
        situations.losers(least, leaders=simple or leaders, each=True),
        pays,
        tuple(dict.fromkeys(place for place in (least, last, first) if place is not None)),
    )


def long_tasks(document: Document) -> Decision | None:
    found = by("grain_us", places(document, "primes"))
    if not found:
        return None
    most = found[-1]
    ranked = most.ranked()
    leaders = most.leaders()
    last, first = situations.pays_from(found)
    # Between the two cases nothing was measured.
    short = f"a task takes less than {first.task_size}" if last and first else ""
    wide = ", with a worker for each CPU" if all(_per_cpu(one) for one in leaders) and leaders else ""
    gain = words.times_range([ranked.ratios[one] for one in leaders]) if leaders else ""
    cpu = most.ranked(CPU)
    costs = [cpu.ratios[one] for one in leaders if one in cpu.ratios]
    return Decision(
        "long_tasks",
        f"{most.argument('tasks')} CPU tasks of {most.task_size}",
        most.names(leaders) + wide,
        (f"{gain} {situations.as_much(ranked)}" if gain else "")
        + (f", for {words.times_range(costs)} its CPU time" if costs else ""),
        parts(short, "one CPU is all that the program may use"),
        tuple(place for place in (most, last) if place is not None),
    )


def _per_cpu(series: Series) -> bool:
    return dict(series.arguments).get("workers") == "cpus"


def unequal_tasks(document: Document) -> Decision | None:
    found = by("tasks", places(document, "mandelbrot"))
    if len(found) < 2:
        return None
    few, many = found[0], found[-1]
    ranked, rough = many.ranked(), few.ranked()
    best, least = (min(r.ratios.values(), key=lambda one: one.value) for r in (ranked, rough))
    return Decision(
        "unequal_tasks",
        f"CPU work in parts of very unequal size, divided into {many.argument('tasks')} tasks",
        many.names(many.leaders()),
        f"{words.times(best)} {situations.as_much(ranked)}",
        f"the work is divided into {few.argument('tasks')} tasks only: then it is {words.times(least)}",
        (many, few),
    )
