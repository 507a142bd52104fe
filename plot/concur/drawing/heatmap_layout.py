"""Lays out the heat map: which workloads stand side by side, and the place of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concur.documents import labels
from concur.documents.cases import Case, Series, Workload
from concur.documents.grouping import series_order
from concur.drawing.page import BODY_WIDTH, text_width

CELL_WIDTH_MOST = 0.7
COLUMN_GAP = 0.12
NAME_SIZE, NAMES_SIZE, SERIES_SIZE = 9, 6.8, 8


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
    """Workloads side by side, with the series as rows. Places are in inches from the top left corner."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Series, float], ...]
    head_height: float
    cell_height: float
    height: float


# A workload, and those of its cases that stand in one block.
ColumnContent = tuple[Workload, tuple[Case, ...]]


def column_names(workload: Workload) -> str:
    return ", ".join(labels.bare_name(name) for name in workload.telling)


def _label_width(found: Sequence[Workload]) -> float:
    names = [labels.series(series) for workload in found for series in workload.series]
    return max(text_width(name, SERIES_SIZE) for name in names) + 0.25


def _least_width(part: ColumnContent, cell_width: float) -> float:
    """The width of a column that has room for its cells and for its name."""
    workload, chosen = part
    head = text_width(workload.name, NAME_SIZE, "bold") + 0.35
    names = text_width(column_names(workload), NAMES_SIZE) + 0.05
    return max(len(chosen) * cell_width, head, names)


def _total(parts: Sequence[ColumnContent], cell_width: float) -> float:
    return sum(_least_width(part, cell_width) for part in parts) + COLUMN_GAP * (len(parts) - 1)


def _pack(found: Sequence[Workload], room: float, least: float) -> list[list[ColumnContent]]:
    """As few blocks as possible; a workload that is too wide for one block is continued in the next."""
    most = max(1, int(room / least))
    packed: list[list[ColumnContent]] = []
    for workload in found:
        for start in range(0, len(workload.cases), most):
            part = (workload, workload.cases[start : start + most])
            if packed and _total([*packed[-1], part], least) <= room:
                packed[-1].append(part)
            else:
                packed.append([part])
    return packed


def _block(
    parts: Sequence[ColumnContent],
    left: float,
    cell_height: float,
    family_gap: float,
    marked: bool,
    least: float,
) -> Block:
    room = BODY_WIDTH - left
    cell_width = CELL_WIDTH_MOST
    while cell_width > least and _total(parts, cell_width) > room:
        cell_width -= 0.01
    columns = []
    x = left
    for part in parts:
        workload, chosen = part
        width = _least_width(part, cell_width)
        columns.append(Column(workload, chosen, x, width / len(chosen)))
        x += width + COLUMN_GAP
    lines = max(len(workload.telling) for workload, _ in parts) + int(marked)
    head_height = 0.36 + 0.135 * lines
    y = head_height
    rows: list[tuple[Series, float]] = []
    for series in _rows(parts):
        if rows and workload.family(series) != workload.family(rows[-1][0]):
            y += family_gap
        rows.append((series, y))
        y += cell_height
    return Block(tuple(columns), tuple(rows), head_height, cell_height, y)


def _rows(parts: Sequence[ColumnContent]) -> list[Series]:
    """All series of these workloads, in the order in which each workload has its own."""
    found = {series for workload, _ in parts for series in workload.series}
    return sorted(found, key=series_order(parts[0][0].families))


def blocks(
    found: Sequence[Workload],
    cell_height: float,
    family_gap: float,
    marked: bool,
    least: float,
) -> list[Block]:
    """One block if all workloads fit side by side; otherwise CPU and I/O workloads have blocks of their own.

    If some cases are marked, the heads of columns have room for the mark. `least` is the width of a cell.
    """
    left = _label_width(found)
    room = BODY_WIDTH - left
    packed = _pack(found, room, least)
    if len(packed) > 1:
        groups = ([w for w in found if w.group == "cpu"], [w for w in found if w.group != "cpu"])
        packed = [parts for group in groups for parts in _pack(group, room, least)]
    return [_block(parts, left, cell_height, family_gap, marked, least) for parts in packed]
