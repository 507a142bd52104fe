"""Warnings on charts: cases with disturbed sets, and workloads that the peer limited."""

from __future__ import annotations

from functools import lru_cache

from concur.documents import labels
from concur.documents.cases import Case, Workload
from concur.drawing.page import Footnotes
from concur.statistics import noise, ratios


@lru_cache(maxsize=None)
def note(workload: Workload, case: Case) -> str:
    """A warning if at least half of the sets of some model were disturbed; otherwise empty."""
    of_models = noise.of_case(case, workload.cpus)
    serious = {series: found for series, found in of_models.items() if found.is_serious}
    if not serious:
        return ""
    most = max(len(found.sets) for found in serious.values())
    taken = [one for found in serious.values() for one in found.sets]
    who = "" if len(serious) == len(of_models) else f", {len(serious)} of {len(of_models)} models"
    return f"{labels.case(workload, case)}{who}: not to be trusted: {noise.words(taken, most)}"


def peer_limit(workload: Workload) -> str:
    """A warning if the peer limited the throughput in some cases; otherwise empty."""
    limited = [case for case in workload.cases if ratios.is_limited(case)]
    if not limited:
        return ""
    where = "; ".join(labels.case(workload, case) for case in limited)
    return f"The clients were at their limit: they limited the throughput, not the model ({where})"


def warnings(workload: Workload) -> list[str]:
    """For charts that have no place for each case."""
    return list(filter(None, (note(workload, case) for case in workload.cases)))


def title(workload: Workload, case: Case, notes: Footnotes) -> str:
    """The name of a case, with the number of its warning if there is one."""
    warning = note(workload, case)
    return labels.case(workload, case) + (f" [{notes.number(warning)}]" if warning else "")
