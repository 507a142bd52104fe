"""A panel of speed-ups over the number of workers, with the ideal."""

from __future__ import annotations

from concur.documents import labels, units
from concur.documents.cases import Series, Workload
from concur.drawing.lines import Across, Line, Panel
from concur.statistics.axes import POINTS_LEAST
from concur.statistics.intervals import Estimate
from concur.statistics.speed_up import PARAMETER, Pool, Pools

# With more workers the axes are logarithmic: otherwise the first points lie on one another.
LINEAR_MOST = 16
IDEAL = "Dashed line (ideal): each worker with a CPU of its own brings as much as the first one"


def _line(pools: Pools, series: Series, pool: Pool) -> Line:
    points: dict[float, Estimate] = {}
    note = None
    for number, cell in pool.items():
        if cell.ok and (estimate := pools.speed_up(pool, number)) is not None:
            points[float(number)] = estimate
        elif not cell.ok and note is None:
            with_so_many = f"{labels.series(series)} with {labels.argument(PARAMETER, number)}"
            note = f"{with_so_many}: {labels.failure(cell)}"
    return Line(series, points, note)


def speed_up_panel(workload: Workload, pools: Pools, title: str) -> Panel | None:
    """None if no pool could be compared with enough numbers of workers."""
    drawn = [_line(pools, series, pool) for series, pool in pools.by_series.items()]
    lines = tuple(line for line in drawn if len(line.points) >= POINTS_LEAST)
    if not lines:
        return None
    base = pools.case.baseline
    against = "1 worker" if pools.with_one or base is None else labels.series(base)
    logarithmic = pools.numbers[-1] > LINEAR_MOST
    # A point that was moved would lie on the wrong side of the ideal.
    across = Across("workers", lambda x: units.count(x, 4), logarithmic=logarithmic, dodged=False)
    return Panel(
        title=title,
        y_name=f"times as fast as {against}",
        y_format=units.ratio_tick,
        lines=lines,
        reference=1.0,
        guide=pools.ideal() if workload.group == "cpu" else {},
        guide_name="ideal",
        logarithmic=logarithmic,
        across=across,
    )
