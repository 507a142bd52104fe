"""Lays out the heat map: which workloads stand side by side, and the place of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concur.documents import labels
from concur.documents.cases import Case, Row, Workload
from concur.drawing.page import BODY_WIDTH, SMALLEST, text_width

CELL_WIDTH_LEAST, CELL_WIDTH_MOST, CELL_HEIGHT = 0.6, 0.72, 0.245
COLUMN_GAP, FAMILY_GAP, HEADING, LINE_HEIGHT = 0.12, 0.06, 0.3, 0.15
NAME_SIZE = 9


@dataclass(frozen=True)
class Column:
    """The cases of one workload in a block."""

    workload: Workload
    cases: tuple[Case, ...]
    left: float
    cell_width: float

    @property
    def width(self) -> float:
        return self.cell_width * len(self.cases)


@dataclass(frozen=True)
class Block:
    """Workloads side by side, with the models as rows. Places are in inches from the top left corner."""

    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Row, float], ...]
    head_height: float
    height: float

    @property
    def top(self) -> float:
        """Where the names of the workloads begin."""
        return HEADING if self.heading else 0.0


# A workload, and those of its cases that stand in one block.
ColumnContent = tuple[Workload, tuple[Case, ...]]


def column_names(workload: Workload) -> str:
    return ", ".join(labels.bare_name(name) for name in workload.telling)


def _least_width(part: ColumnContent, cell_width: float) -> float:
    """The width of a column that has room for its cells and for its name."""
    workload, chosen = part
    head = text_width(workload.name, NAME_SIZE, "bold") + 0.05
    names = text_width(column_names(workload), SMALLEST) + 0.05
    return max(len(chosen) * cell_width, head, names)


def _total(parts: Sequence[ColumnContent], cell_width: float) -> float:
    return sum(_least_width(part, cell_width) for part in parts) + COLUMN_GAP * (len(parts) - 1)


def _pack(found: Sequence[Workload], room: float) -> list[list[ColumnContent]]:
    """As few blocks as possible; a workload that is too wide for one block is continued in the next."""
    most = max(1, int(room / CELL_WIDTH_LEAST))
    packed: list[list[ColumnContent]] = []
    for workload in found:
        for start in range(0, len(workload.cases), most):
            part = (workload, workload.cases[start : start + most])
            if packed and _total([*packed[-1], part], CELL_WIDTH_LEAST) <= room:
                packed[-1].append(part)
            else:
                packed.append([part])
    return packed


def _block(parts: Sequence[ColumnContent], heading: str, left: float, marked: bool, rows: list[Row]) -> Block:
    room = BODY_WIDTH - left
    cell_width = CELL_WIDTH_MOST
    while cell_width > CELL_WIDTH_LEAST and _total(parts, cell_width) > room:
        cell_width -= 0.01
    columns = []
    x = left
    for part in parts:
        workload, chosen = part
        width = _least_width(part, cell_width)
        columns.append(Column(workload, chosen, x, width / len(chosen)))
        x += width + COLUMN_GAP
    lines = max(len(workload.telling) for workload, _ in parts) + int(marked)
    head_height = (HEADING if heading else 0.0) + 0.38 + LINE_HEIGHT * lines
    y = head_height
    placed: list[tuple[Row, float]] = []
    families = parts[0][0].families
    for row in rows:
        if any(row.series_of(case) for _, chosen in parts for case in chosen):
            if placed and families.get(row.model) != families.get(placed[-1][0].model):
                y += FAMILY_GAP
            placed.append((row, y))
            y += CELL_HEIGHT
    return Block(heading, tuple(columns), tuple(placed), head_height, y)


def blocks(groups: Sequence[tuple[str, Sequence[Workload]]], rows: list[Row], marked: bool) -> list[Block]:
    """The blocks of each group of workloads, the first of which has the heading of the group.

    If some cases are marked, the heads of columns have room for the mark.
    """
    left = max(text_width(row.model, SMALLEST) for row in rows) + 0.25
    found = []
    for heading, workloads in groups:
        for parts in _pack(workloads, BODY_WIDTH - left):
            found.append(_block(parts, heading, left, marked, rows))
            heading = ""
    return found
