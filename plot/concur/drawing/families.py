"""Divides the models of a chart into groups of families, if one panel cannot show all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def group_families(items: Sequence[T], family_of: Callable[[T], str], most: int) -> list[tuple[str, list[T]]]:
    """Groups of neighbouring families with at most `most` items, each with the names of its families.

    A larger family is not divided, because readers compare its members with each other.
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
