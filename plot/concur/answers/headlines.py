"""What a workload or a case shows, in one sentence made from its figures.

A headline never says more than the intervals permit: where nothing is resolved, it says that models tie.
"""

from __future__ import annotations

from concur.answers import words
from concur.documents import labels
from concur.documents.cases import Case, Workload
from concur.statistics.measures import CPU, WALL, Measure
from concur.statistics.ratios import Ranked, to_baseline

# Something that takes less than this many times as long as the best is not worth a warning.
WORTH_A_WARNING = 2.0
NO_BASELINE = "there is no baseline to compare with"


def case_headline(workload: Workload, case: Case, measure: Measure | None = None) -> str:
    """thread_pool and process_pool tie, at 0.50 to 0.53 times the wall time of serial"""
    ranked = to_baseline(case, measure)
    if not case.ok():
        return "no model could do it"
    if ranked.baseline is None:
        return NO_BASELINE
    if len(ranked.ratios) == 1:
        return f"only {words.names(workload, case, ranked.order())} was measured"
    return f"{_first_place(workload, case, ranked)}{_last_place(ranked)}"


def _first_place(workload: Workload, case: Case, ranked: Ranked) -> str:
    assert ranked.baseline is not None, "the caller has asked"
    what = f"the {ranked.measure.name} of {ranked.baseline.model}"
    leaders = ranked.leaders
    if not leaders:
        return "nothing is resolved"
    who = words.names(workload, case, leaders)
    if ranked.best is not None:
        if ranked.best == ranked.baseline:
            return f"{who} takes the least {ranked.measure.name}"
        return f"{who} takes {words.times(ranked.ratios[ranked.best])} {what}"
    if len(leaders) == len(ranked.ratios):
        return "all models tie"
    if ranked.baseline in leaders:
        return f"{who} tie"
    return f"{who} tie, at {words.times_range([ranked.ratios[one] for one in leaders])} {what}"


def _last_place(ranked: Ranked) -> str:
    """The model that does worst, if it takes at least twice as much as the baseline."""
    last = ranked.order()[-1]
    ratio = ranked.ratios[last]
    if last in ranked.leaders or ratio.low < WORTH_A_WARNING:
        return ""
    assert ranked.baseline is not None, "it has ratios"
    return f"; {last.model} takes {words.times(ratio)} as {_much(ranked)} as {ranked.baseline.model}"


def _much(ranked: Ranked) -> str:
    return "long" if ranked.measure is WALL else "much"


def headline(workload: Workload) -> str:
    """One sentence: of the only case, or of the two ends of the main parameter."""
    cases = [case for case in workload.cases if len(case.ok()) > 1]
    if not cases:
        return "No two models could be compared."
    if all(case.baseline is None for case in cases):
        return words.sentence(NO_BASELINE)
    if len(cases) == 1:
        return words.sentence(case_headline(workload, cases[0]))
    said = {case: case_headline(workload, case) for case in cases}
    if len(set(said.values())) == 1:
        return words.sentence(f"in all {len(cases)} cases, {said[cases[0]]}")
    one, other = _ends(workload, cases)
    return f"{_at(workload, one, said[one])}. {_at(workload, other, said[other])}."


def _at(workload: Workload, case: Case, what: str) -> str:
    by = " by CPU time" if to_baseline(case).measure is CPU and "CPU time" not in what else ""
    return f"With {labels.case(workload, case)}, {what}{by}"


def _ends(workload: Workload, cases: list[Case]) -> tuple[Case, Case]:
    """The cases with the least and the largest argument of the main parameter, otherwise alike."""
    main = workload.main or ""
    of_one_panel = [case for case in cases if _others(workload, case) == _others(workload, cases[0])]
    if len(of_one_panel) > 1:
        cases = of_one_panel
    ordered = sorted(cases, key=lambda case: case.value(main))
    return ordered[0], ordered[-1]


def _others(workload: Workload, case: Case) -> tuple[int, ...]:
    return tuple(case.value(name) for name in workload.telling[1:])
