"""Speed-up over the number of workers: what does each further thread or process of a pool bring?

There is a panel for each case, with a line for each model that has three numbers of workers or more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Line, Panel
from concur.drawing.output import Output
from concur.drawing.small_multiples import subtitle
from concur.statistics import turns
from concur.statistics.intervals import Estimate
from concur.statistics.turns import WALL

PARAMETER = "workers"
# A line of two points shows no curve.
POINTS_LEAST = 3
ALONE = Estimate(1.0, 1.0, 1.0, 1)
IDEAL = "Grey line: each worker with a CPU of its own brings as much as the first one"
AXES = "Logarithmic axes"

# The cells of a pool by their number of workers.
Pool = Mapping[int, Cell]


def pools_of(case: Case) -> dict[Series, Pool]:
    """The models that have a number of workers; their other arguments distinguish them."""
    found: dict[Series, dict[int, Cell]] = {}
    for series, cell in case.cells.items():
        if (number := dict(cell.model_arguments).get(PARAMETER)) is not None:
            others = tuple((name, of) for name, of in series.arguments if name != PARAMETER)
            found.setdefault(Series(series.model, others), {}).setdefault(number, cell)
    return {
        pool: dict(sorted(cells.items()))
        for pool, cells in found.items()
        if sum(cell.ok for cell in cells.values()) >= POINTS_LEAST
    }


def suits(workload: Workload) -> bool:
    return any(map(pools_of, workload.cases))


@dataclass(frozen=True)
class Compared:
    """A case whose pools are compared: each with its own single worker, or all with the baseline."""

    workload: Workload
    case: Case
    pools: Mapping[Series, Pool]

    @property
    def with_one(self) -> bool:
        return all(1 in pool and pool[1].ok for pool in self.pools.values())

    def speed_up(self, pool: Pool, number: int) -> Estimate | None:
        """How many times as fast: the ratio of the times, the other way round."""
        if self.with_one:
            other = pool[1]
        elif self.case.baseline is not None:
            other = self.case.cells[self.case.baseline]
        else:
            return None
        if other is pool[number]:
            return ALONE
        return turns.paired(other, pool[number], WALL)

    def line(self, series: Series, pool: Pool) -> Line:
        points: dict[float, Estimate] = {}
        note = None
        for number, cell in pool.items():
            if cell.ok and (estimate := self.speed_up(pool, number)) is not None:
                points[float(number)] = estimate
            elif not cell.ok and note is None:
                with_so_many = f"{labels.series(series)} with {labels.argument(PARAMETER, number)}"
                note = f"{with_so_many}: {labels.failure(cell)}"
        return Line(series, points, note)

    def ideal(self) -> dict[float, float]:
        """For CPU work: each worker that has a CPU of its own brings as much as the first one."""
        if self.workload.group != "cpu":
            return {}
        numbers = sorted({number for pool in self.pools.values() for number in pool})
        cpus = max(cell.samples[0].cpus for pool in self.pools.values() for cell in pool.values())
        limit = cpus or numbers[-1]
        corner = {limit} if numbers[0] < limit < numbers[-1] else set()
        return {float(number): float(min(number, limit)) for number in sorted({*numbers, *corner})}

    def panel(self) -> Panel:
        baseline = labels.series(self.case.baseline) if self.case.baseline else ""
        drawn = [self.line(series, pool) for series, pool in self.pools.items()]
        return Panel(
            title=labels.case(self.workload, self.case) if len(self.workload.cases) > 1 else "",
            y_name=f"wall time {'with 1 worker' if self.with_one else f'of {baseline}'} ÷ wall time",
            y_format=units.ratio_tick,
            lines=tuple(line for line in drawn if len(line.points) >= POINTS_LEAST),
            reference=1.0,
            guide=self.ideal(),
        )


def panels_of(workload: Workload) -> list[Panel]:
    found = (Compared(workload, case, pools_of(case)) for case in workload.cases)
    panels = (compared.panel() for compared in found if compared.pools)
    return [panel for panel in panels if panel.drawn]


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "workers", suits):
        panels = panels_of(workload)
        if not panels:
            output.skip(name, f"no pool could be compared with {POINTS_LEAST} numbers of workers")
            continue
        head = Head(
            f"{workload.name}: speed-up over the number of workers, by model",
            subtitle(workload, "More is better", *([IDEAL] if workload.group == "cpu" else []), AXES),
            labels.interval_note(document, "points", " of the ratio within a set"),
        )
        # A point that was moved would lie on the wrong side of the ideal.
        across = Across("workers", lambda number: units.count(number, 4), dodged=False)
        warnings = [*disturbance.warnings(workload), *filter(None, [disturbance.peer_limit(workload)])]
        LineSheet(document, across).save(output, name, head, panels, warnings)
