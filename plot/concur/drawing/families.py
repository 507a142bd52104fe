"""Which families stand together where there are too many models for one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def grouped(items: Sequence[T], family_of: Callable[[T], str], most: int) -> list[tuple[str, list[T]]]:
    """The items, family by family in their order, neighbours put together up to so many; with their names.

    A family that is larger than that stays whole: its members are to be compared with each other.
    """
    groups: list[tuple[list[str], list[T]]] = []
    for family, members in groupby(items, key=family_of):
        found = list(members)
        if groups and len(groups[-1][1]) + len(found) <= most:
            groups[-1][0].append(family)
            groups[-1][1].extend(found)
        else:
            groups.append(([family], found))
    return [(", ".join(filter(None, names)), found) for names, found in groups]
