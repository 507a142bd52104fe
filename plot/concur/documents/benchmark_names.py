"""The names of Google Benchmark: BM_Sort<int>/bytes:64/8/min_time:0.100/real_time/threads:4.

A name has the function, its arguments, what the author has set for the run, and the number of threads. The
parts stand between slashes; those of the function may have slashes too (BM_Parse/small.json/64).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# What the author has set for the run.
SETTING = re.compile(
    r"(?:min_time|min_warmup_time):[\d.]+s?|(?:iterations|repeats):\d+|(?:manual|real|process)_time"
)
THREADS = re.compile(r"threads:(\d+)")
ARGUMENT = re.compile(r"(?:(.*):)?(-?\d+)")
AGGREGATES = ("_mean", "_median", "_stddev", "_cv")
COMPLEXITIES = ("_BigO", "_RMS")


@dataclass(frozen=True)
class Name:
    function: str
    # In the order of the name. Arguments without a name have one from here.
    arguments: tuple[tuple[str, int], ...]
    settings: tuple[str, ...]

    @property
    def with_settings(self) -> str:
        return "/".join((self.function, *self.settings))


def _named(given: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Each argument with a name of its own: argument; or argument_1, argument_2, if several have none."""
    bare = sum(1 for name, _ in given if not name)
    seen: dict[str, int] = {}
    found = []
    for name, value in given:
        key = name or "argument"
        seen[key] = seen.get(key, 0) + 1
        several = bare > 1 if not name else seen[key] > 1
        found.append((f"{key}_{seen[key]}" if several else key, value))
    return tuple(found)


def parse(name: str) -> Name:
    parts = name.split("/")
    settings: list[str] = []
    given: list[tuple[str, int]] = []
    threads: list[tuple[str, int]] = []
    # From the end, and never the first part: a function may be called 8.
    while len(parts) > 1:
        last = parts[-1]
        if not given and SETTING.fullmatch(last):
            settings.insert(0, last)
        elif not given and not threads and (match := THREADS.fullmatch(last)):
            threads = [("threads", int(match[1]))]
        elif match := ARGUMENT.fullmatch(last):
            given.insert(0, (match[1] or "", int(match[2])))
        else:
            break
        parts.pop()
    return Name("/".join(parts), _named([*given, *threads]), tuple(settings))


def aggregates(names: Iterable[str]) -> set[str]:
    """Of documents older than run types: the names that are made from other names, or from each other."""
    known = set(names)

    def is_made(name: str) -> bool:
        if name.endswith(COMPLEXITIES):
            return True
        ending = next((ending for ending in AGGREGATES if name.endswith(ending)), None)
        if ending is None:
            return False
        base = name.removesuffix(ending)
        return base in known or any(base + other in known for other in AGGREGATES if other != ending)

    return {name for name in known if is_made(name)}
