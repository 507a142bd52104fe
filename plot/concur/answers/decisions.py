"""Which model to use in common situations, from the figures of a document.

Each row is made from one case that stands for the situation, and from others that say when the choice does
not matter. A row whose cases the document does not have is left out. The figures choose the models; only
`serial` is named in the rules, because it starts nothing and is the simplest.
"""

from __future__ import annotations

from collections.abc import Callable

from concur.answers import cpu_decisions as cpu, io_decisions as io
from concur.answers.decision import Decision
from concur.documents.results import Document

RULES: tuple[Callable[[Document], Decision | None], ...] = (
    cpu.short_tasks,
    cpu.long_tasks,
    cpu.unequal_tasks,
    io.waiting,
    io.busy_connections,
    io.idle_connections,
    io.short_connections,
    io.one_connection,
    io.steady_rate,
)


def decisions(document: Document) -> list[Decision]:
    """The rows whose cases the document has."""
    return [row for rule in RULES if (row := rule(document)) is not None]
