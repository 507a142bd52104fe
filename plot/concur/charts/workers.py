"""Speed-up over the number of workers: what does each further thread or process of a pool bring?

There is a panel for each case, with a line for each model that has three numbers of workers or more.
"""

from __future__ import annotations

from concur.answers import statements
from concur.charts import grain
from concur.documents import labels
from concur.documents.cases import Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Head, Panel
from concur.drawing.output import Output
from concur.drawing.small_multiples import subtitle
from concur.drawing.speed_up_panel import IDEAL, speed_up_panel
from concur.statistics.axes import POINTS_LEAST
from concur.statistics.speed_up import Pools


def pools_of(workload: Workload) -> list[Pools]:
    found = (Pools.of(case) for case in workload.cases)
    return [pools for pools in found if pools.by_series]


def suits(workload: Workload) -> bool:
    """Not if all that there is stands in the chart of grains."""
    return len(pools_of(workload)) > (1 if grain.suits(workload) else 0)


def panels_of(workload: Workload) -> list[Panel]:
    found = []
    for pools in pools_of(workload):
        title = labels.case(workload, pools.case) if len(workload.cases) > 1 else ""
        found.append(speed_up_panel(workload, pools, title))
    return [panel for panel in found if panel is not None]


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "workers", suits):
        panels = panels_of(workload)
        if not panels:
            output.skip(name, f"no pool could be compared with {POINTS_LEAST} numbers of workers")
            continue
        head = Head(
            f"{workload.name}: speed-up over the number of workers",
            statements.workers(pools_of(workload)),
            subtitle(workload, "More is better", *([IDEAL] if workload.group == "cpu" else [])),
            labels.interval_note(document, "points", " of the ratio within a set"),
        )
        warnings = [*disturbance.warnings(workload), *filter(None, [disturbance.peer_limit(workload)])]
        LineSheet(document).save(output, name, head, panels, warnings)
