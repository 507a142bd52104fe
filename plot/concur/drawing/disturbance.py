"""Says where a case is not to be trusted, in words that stand on the charts.

A case is judged round by round, on all its models together: they are neighbours in time, and what others do
is counted in ticks that are too coarse for one short sample.
"""

from __future__ import annotations

from concur.documents import labels
from concur.documents.cases import Case, Workload
from concur.drawing.page import Footnotes
from concur.statistics import noise


def disturbed(case: Case, cpus: int) -> str:
    """Why not; empty where fewer than half of its rounds were disturbed."""
    samples = [sample for cell in case.cells.values() for sample in cell.samples]
    found = list(noise.contaminated_rounds(samples, (), cpus).values())
    rounds = len(noise.by_round(samples))
    if not found or 2 * len(found) < rounds:
        return ""
    most = max(found, key=found.count)
    return f"not to be trusted: in {len(found)} of {rounds} rounds {most}"


def at_peers_limit(workload: Workload) -> str:
    """Where most samples were bounded by the peer, so that their throughput is the peer's."""
    samples = [s for case in workload.cases for cell in case.cells.values() for s in cell.samples]
    limited = sum(bool(noise.limits(sample)) for sample in samples)
    if 10 * limited < len(samples):
        return ""
    share = f"{100 * limited / len(samples):.0f} %"
    return f"In {share} of all samples the peer never waited: their throughput is the peer's, not the model's"


def note(workload: Workload, case: Case, cpus: int) -> str:
    why = disturbed(case, cpus)
    return f"{labels.case(workload, case)}: {why}" if why else ""


def warnings(workload: Workload, cpus: int) -> list[str]:
    """For sheets that have no place for each case."""
    return list(filter(None, (note(workload, case, cpus) for case in workload.cases)))


def title(workload: Workload, case: Case, cpus: int, notes: Footnotes) -> str:
    """The name of a case, with the number of the note that warns of it."""
    name = labels.case(workload, case)
    warning = note(workload, case, cpus)
    return f"{name} [{notes.number(warning)}]" if warning else name
