"""Names of models, ratios and cases as parts of a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concur.documents import units
from concur.documents.cases import Case, Series, Workload
from concur.statistics.intervals import Estimate

# A list with more names is shortened.
NAMES_MOST = 4
# How a whole family is called. A family that is not here is named by its members.
WHOLE_FAMILIES = {"loops": "all event loops"}


def listed(names: Sequence[str], last: str = "and") -> str:
    """a; a and b; a, b and c"""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def models_of(found: Iterable[Series]) -> list[str]:
    """The names of these models, each once: the number of their workers is a detail."""
    return list(dict.fromkeys(series.model for series in found))


def names(workload: Workload, case: Case, chosen: Sequence[Series], last: str = "and") -> str:
    """serial, coroutine and all event loops; all models but serial"""
    models = models_of(chosen)
    others = [model for model in models_of(case.ok()) if model not in models]
    if len(models) > NAMES_MOST and 0 < len(others) <= 2:
        return f"all models but {listed(others)}"
    said: list[str] = []
    for family, whole in WHOLE_FAMILIES.items():
        members = {m for m in models_of(case.ok()) if workload.families.get(m, "") == family}
        if len(members) > 2 and members <= set(models):
            models = [model for model in models if model not in members]
            said.append(whole)
    if len(models) > NAMES_MOST:
        rest = len(models) - NAMES_MOST + 1
        models = [*models[: NAMES_MOST - 1], f"{rest} more"]
    return listed([*models, *said], last)


def times(estimate: Estimate) -> str:
    """0.51 times, 82.3 times"""
    return f"{units.bound(estimate.value)} times"


def times_with_interval(estimate: Estimate) -> str:
    """0.51 times (0.50 to 0.53)"""
    if not estimate.has_interval:
        return times(estimate)
    return f"{times(estimate)} ({units.interval(estimate.low, estimate.high)})"


def times_range(estimates: Sequence[Estimate]) -> str:
    """0.50 to 0.53 times"""
    low = units.bound(min(estimate.value for estimate in estimates))
    high = units.bound(max(estimate.value for estimate in estimates))
    return f"{low} times" if low == high else f"{low} to {high} times"


def sentence(text: str) -> str:
    """With a capital letter, unless it begins with the name of a model, and a full stop."""
    first, _, rest = text.partition(" ")
    known = "_" in first or first.rstrip(",") in ("serial", "epoll", "poll", "select", "coroutine", "fiber")
    start = first if known else first[:1].upper() + first[1:]
    return (f"{start} {rest}" if rest else start).rstrip(".") + "."
