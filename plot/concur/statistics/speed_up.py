"""How many times as fast a pool is with several workers as with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concur.documents.cases import Case, Cell, Series
from concur.statistics.axes import POINTS_LEAST
from concur.statistics.intervals import Estimate
from concur.statistics.measures import WALL

PARAMETER = "workers"
ALONE = Estimate(1.0, 1.0, 1.0, 1)

# The cells of a pool by their number of workers.
Pool = Mapping[int, Cell]


@dataclass(frozen=True)
class Pools:
    """The models of a case that have three numbers of workers or more.

    Each is compared with its own single worker if all have that, otherwise with the baseline.
    """

    case: Case
    by_series: Mapping[Series, Pool]

    @staticmethod
    def of(case: Case) -> Pools:
        """The other arguments of a model distinguish its pools."""
        found: dict[Series, dict[int, Cell]] = {}
        for series, cell in case.cells.items():
            if (number := dict(cell.model_arguments).get(PARAMETER)) is not None:
                others = tuple((name, of) for name, of in series.arguments if name != PARAMETER)
                found.setdefault(Series(series.model, others), {}).setdefault(number, cell)
        enough = {
            series: dict(sorted(cells.items()))
            for series, cells in found.items()
            if sum(cell.ok for cell in cells.values()) >= POINTS_LEAST
        }
        return Pools(case, enough)

    @property
    def with_one(self) -> bool:
        return all(1 in pool and pool[1].ok for pool in self.by_series.values())

    @property
    def numbers(self) -> list[int]:
        return sorted({number for pool in self.by_series.values() for number in pool})

    @property
    def cpus(self) -> int:
        """The CPUs that these models may use; 0 if it is not known."""
        return max(cell.samples[0].cpus for pool in self.by_series.values() for cell in pool.values())

    def speed_up(self, pool: Pool, number: int) -> Estimate | None:
        """The ratio of the times, the other way round. None if the two have no set in common."""
        if self.with_one:
            other = pool[1]
        elif self.case.baseline is not None:
            other = self.case.cells[self.case.baseline]
        else:
            return None
        return ALONE if other is pool[number] else WALL.ratio(other, pool[number])

    def ideal(self) -> dict[float, float]:
        """Each worker that has a CPU of its own brings as much as the first one."""
        numbers = self.numbers
        limit = self.cpus or numbers[-1]
        corner = {limit} if numbers[0] < limit < numbers[-1] else set()
        return {float(number): float(min(number, limit)) for number in sorted({*numbers, *corner})}
