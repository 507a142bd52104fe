"""Warnings on charts: cases with disturbed rounds, and workloads that the peer limited.

Each round is judged by its samples of all models together. These were measured one after the other, and the
kernel counts the time of other programs in ticks that are too coarse for one short sample.
"""

from __future__ import annotations

from functools import lru_cache

from concur.documents import labels
from concur.documents.cases import Case, Workload
from concur.documents.units import percent
from concur.drawing.page import Footnotes
from concur.statistics import noise


@lru_cache(maxsize=None)
def note(workload: Workload, case: Case) -> str:
    """A warning if at least half of the rounds of this case were disturbed; otherwise empty."""
    samples = [sample for cell in case.cells.values() for sample in cell.samples]
    reasons = list(noise.disturbed_rounds(samples, (), workload.cpus).values())
    rounds = len(noise.by_round(samples))
    if not reasons or 2 * len(reasons) < rounds:
        return ""
    most = max(reasons, key=reasons.count)
    return f"{labels.case(workload, case)}: not to be trusted: in {len(reasons)} of {rounds} rounds {most}"


def peer_limit(workload: Workload) -> str:
    """A warning if the peer limited the throughput of many samples; otherwise empty."""
    samples = list(workload.samples)
    limited = sum(bool(noise.limits(sample)) for sample in samples)
    if 10 * limited < len(samples):
        return ""
    share = percent(limited / len(samples))
    return f"In {share} of all samples the peer never waited: it limited their throughput, not the model"


def warnings(workload: Workload) -> list[str]:
    """For charts that have no place for each case."""
    return list(filter(None, (note(workload, case) for case in workload.cases)))


def title(workload: Workload, case: Case, notes: Footnotes) -> str:
    """The name of a case, with the number of its warning if there is one."""
    warning = note(workload, case)
    return labels.case(workload, case) + (f" [{notes.number(warning)}]" if warning else "")
