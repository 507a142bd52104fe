"""What a chart shows, in one sentence made from its figures: the titles of the kinds of charts.

As headlines, these sentences say no more than the intervals permit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from concur.answers import memory_texts, words
from concur.documents import labels, units
from concur.documents.cases import Case, Row, Series, Workload
from concur.statistics.axes import shared_baseline
from concur.statistics.break_even import break_even
from concur.statistics.measures import CPU, MEMORY, P99, WALL
from concur.statistics.ratios import RATE, default_measure, is_tie, to_baseline
from concur.statistics.speed_up import Pools

# By the group of a workload.
KINDS = {"cpu": "CPU work", "io": "waiting and I/O"}
# A model whose p99 is less than this many times the least is not named.
WORTH_A_NAME = 1.5


def overview(workloads: Sequence[Workload]) -> str:
    """Best or level with the best: thread_pool in 8 of 11 cases of CPU work; epoll in 14 of 15 of I/O"""
    said = []
    for group, kind in KINDS.items():
        members = [w for w in workloads if w.group == group]
        cases = [case for w in members for case in w.cases]
        counts: Counter[str] = Counter()
        for case in cases:
            counts.update(words.models_of(to_baseline(case).leaders))
        if counts:
            most = max(counts.values())
            who = [model for model in counts if counts[model] == most]
            listed = list(members[0].families)
            who.sort(key=lambda model: listed.index(model) if model in listed else len(listed))
            names = words.listed(who) if len(who) <= words.NAMES_MOST else f"{len(who)} models"
            of_cases = "the only case" if len(cases) == 1 else f"{most} of {len(cases)} cases"
            said.append(f"{names} in {of_cases} of {kind}")
    if not any(to_baseline(case).ratios for w in workloads for case in w.cases):
        return "Wall time of each benchmark"
    if not said:
        return "Time of each model, as a multiple of that of the baseline"
    return f"Best or level with the best: {'; '.join(said)}"


def scaling(workload: Workload, panels: Sequence[Sequence[Case]]) -> str:
    """From 1 to 1k connections, process_pool goes from 1.00× to 3.06× of epoll"""
    found: list[tuple[float, str]] = []
    for cases in filter(shared_baseline, panels):
        first, last = cases[0], cases[-1]
        measure = WALL if all(default_measure(case) is WALL for case in cases) else CPU
        before, now = to_baseline(first, measure), to_baseline(last, measure)
        for series in before.ratios.keys() & now.ratios.keys():
            one, other = before.ratios[series], now.ratios[series]
            if now.baseline is None or (one.low <= other.high and other.low <= one.high):
                continue
            change = max(one.value, other.value) / min(one.value, other.value)
            name = labels.axis_name(workload.main or "")
            ends = [
                labels.value(workload.main or "", case.value(workload.main or "")) for case in (first, last)
            ]
            found.append((change, f"From {ends[0]} to {ends[1]} {name}, the {measure.name} of {series.model} "
                          f"goes from {units.bound(one.value)} to {units.bound(other.value)} times that of "
                          f"{now.baseline.model}"))  # fmt: skip
    if not any(map(shared_baseline, panels)):
        return f"Wall time per {workload.unit} over {labels.axis_name(workload.main or '')}"
    if not found:
        return f"No model changes against the baseline with {labels.axis_name(workload.main or '')}"
    return max(found)[1]


def workers(found: Sequence[Pools]) -> str:
    """With 64 workers, process_pool is 58.3 times as fast as with one"""
    best: tuple[float, str] | None = None
    for pools in found:
        against = "one" if pools.with_one else pools.case.baseline.model if pools.case.baseline else ""
        for series, pool in pools.by_series.items():
            for number, cell in pool.items():
                ratio = pools.speed_up(pool, number) if cell.ok else None
                if ratio is None or is_tie(ratio) or ratio.value <= 1 or (best and best[0] >= ratio.value):
                    continue
                than = f"with {against}" if pools.with_one else against
                said = f"With {number} workers, {series.model} is {words.times(ratio)} as fast as {than}"
                best = (ratio.value, said)
    return best[1] if best else "Further workers bring no speed-up"


def grain(cases: Sequence[Case], rows: Sequence[Row], parameter: str) -> str:
    """thread_pool becomes faster than serial at 1 µs to 10 µs per task; thread_per_task at 100 µs to 1 ms"""
    base = cases[0].baseline.model if cases[0].baseline else "the baseline"
    found = {row: break_even(cases, row) for row in rows}
    said: dict[str, list[str]] = {}
    # Those that pay first come first.
    for row in sorted(rows, key=lambda row: _order(found[row].since, parameter)):
        since, after = found[row].since, found[row].after
        if since is None:
            at = f"not up to {_argument(cases[-1], parameter)}"
        else:
            before = f"{_argument(after, parameter)} to " if after else ""
            at = f"at {before}{_argument(since, parameter)}{'' if after else ' or less'}"
        said.setdefault(at, []).append(row.model)
    pays = [(at, models) for at, models in said.items() if not at.startswith("not")]
    if not pays:
        return f"No model becomes faster than {base} up to {_argument(cases[-1], parameter)} per task"
    (at, models), *others = said.items()
    become = "becomes" if len(models) == 1 else "become"
    first = f"{words.listed(models)} {become} faster than {base} {at} per task"
    return "; ".join([first, *(f"{words.listed(models)} {at}" for at, models in others)])


def _argument(case: Case, parameter: str) -> str:
    return labels.value(parameter, case.value(parameter))


def _order(since: Case | None, parameter: str) -> float:
    return math.inf if since is None else since.value(parameter)


def latency(workload: Workload) -> str:
    """At 1k connections, p99 is 6.36 ms under epoll; process_pool takes 2.9 times as long"""
    cases = [case for case in workload.cases if to_baseline(case, P99).absolute]
    if not cases:
        return "No latency was measured"
    case = cases[-1] if len(cases) == 1 else _largest(workload, cases)
    ranked = to_baseline(case, P99)
    where = f"With {labels.case(workload, case)}, " if len(workload.cases) > 1 else ""
    if ranked.baseline is None or not ranked.leaders:
        return _capital(f"{where}no difference in the 99th percentile was found")
    base = ranked.baseline
    figure = P99.written(ranked.absolute[base].value)
    text = f"{where}the 99th percentile is {figure} under {base.model}"
    worse = [series for series in ranked.order() if not is_tie(ratio := ranked.ratios[series])
             and ratio.value > WORTH_A_NAME]  # fmt: skip
    if worse:
        times = words.times(ranked.ratios[worse[-1]])
        return _capital(f"{text}, and {times} that under {worse[-1].model}")
    return _capital(f"{text}; no model is known to be much slower")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _largest(workload: Workload, cases: Sequence[Case]) -> Case:
    """Of the main parameter; the first of several."""
    return max(cases, key=lambda case: case.value(workload.main or ""))


def load(panels: Sequence[Sequence[Case]]) -> str:
    """The 99th percentile is 180 µs to 240 µs at 5k per second, and 2.10 ms to 310 ms at 160k per second"""
    said = []
    for case in (panels[0][0], panels[0][-1]):
        known = sorted(estimate.value for estimate in to_baseline(case, P99).absolute.values())
        if known:
            rate = labels.argument(RATE, case.value(RATE))
            said.append(f"{P99.written(known[0])} to {P99.written(known[-1])} at {rate}")
    return f"By model, the 99th percentile is {', and '.join(said)}" if said else "Latency, by model"


def memory(workload: Workload, cases: Iterable[Case]) -> str:
    """Of 10k tasks that wait, each takes 310 B under epoll and 22 kB, 70 times as much, under fiber"""
    known = [case for case in cases if len(to_baseline(case, MEMORY).absolute) > 0]
    if not known:
        name = memory_texts.name(workload)
        return name[:1].upper() + name[1:]
    case = max(
        known, key=lambda case: (len(to_baseline(case, MEMORY).absolute) > 1, case.value(workload.main or ""))
    )
    found = to_baseline(case, MEMORY).absolute
    order: list[Series] = sorted(found, key=lambda series: found[series].value)
    least, most = order[0], order[-1]
    begin = memory_texts.fill(memory_texts.of(workload).each_takes, workload, case)
    first = f"{begin} {MEMORY.written(found[least].value)} under {least.model}"
    ratio = MEMORY.ratio(case.cells[most], case.cells[least])
    if ratio is None or is_tie(ratio):
        return first
    much = f"{MEMORY.written(found[most].value)}, {words.times(ratio)} as much"
    return f"{first} and {much}, under {most.model}"
