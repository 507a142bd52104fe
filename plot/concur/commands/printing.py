"""Prints results, and the reason of a failure."""

from __future__ import annotations

import sys
from collections.abc import Iterable


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line.rstrip())


def fail(program: str, reason: object, code: int = 1) -> int:
    """One line, whatever the reason quotes. Gives the exit code."""
    print(f"{program}: {' '.join(str(reason).split())}", file=sys.stderr)
    return code
