"""Reads results/findings.toml: statements about models that can be tested on any machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concur.documents.samples import Arguments

# The figures of a sample that a finding can be about.
METRICS = (
    "wall",
    "wall_ms",
    "wall_per_unit",
    "cpu_per_unit",
    "cpu_share",
    "latency_p50",
    "latency_p99",
    "memory_per_task",
    "system_calls_per_unit",
    "switches_per_unit",
)
ASSERTIONS = ("ratio", "order", "bound", "slopes", "same", "skipped")
KEYS = {
    "id", "says", "metric", "assertion", "of", "to", "above", "below", "factors", "reason", "over",
    "iterations", "requires", "why", "link",
}  # fmt: skip
ITERATIONS_MOST = 1_000_000


class FindingsError(Exception):
    """The file is wrong; the text is one line that says where."""


@dataclass(frozen=True)
class ModelCase:
    """A case under one model, by its name: "primes/thread_pool/workers:2/tasks:16"."""

    workload: str
    model: str
    arguments: Arguments
    model_arguments: Arguments

    @property
    def name(self) -> str:
        given = "".join(f"/{name}:{value}" for name, value in (*self.model_arguments, *self.arguments))
        return f"{self.workload}/{self.model}{given}"

    def argument(self, name: str) -> int | None:
        return dict(self.arguments).get(name)


@dataclass(frozen=True)
class Finding:
    id: str
    says: str
    metric: str
    assertion: str
    of: tuple[ModelCase, ...]
    # One case for all cases of `of`, or one for each.
    to: tuple[ModelCase, ...]
    above: float | None
    below: float | None
    # For an order: each case is at least so many times the next case.
    factors: tuple[float, ...]
    # For a case that must be skipped: a part of the reason.
    reason: str
    # For slopes: the name of the parameter that grows.
    over: str
    iterations: int
    cpus: int
    why: str
    link: str

    def cases(self) -> tuple[ModelCase, ...]:
        return (*self.of, *self.to)

    def other(self, index: int) -> ModelCase:
        """The case to which case number `index` of `of` is compared."""
        return self.to[index if len(self.to) > 1 else 0]


# These parameters belong to the model; all others belong to the workload.
MODEL_PARAMETERS = ("workers", "stack_kib", "depth_first")


def parse_case(name: str) -> ModelCase:
    workload, _, rest = name.partition("/")
    model, *given = rest.split("/")
    if not workload or not model:
        raise FindingsError(f"'{name}' is not a case: write workload/model/argument:number/...")
    found: list[tuple[str, int]] = []
    for argument in given:
        key, colon, value = argument.partition(":")
        if not colon or not value.isdigit():
            raise FindingsError(f"'{name}': '{argument}' is not an argument: write name:number")
        found.append((key, int(value)))
    return ModelCase(
        workload,
        model,
        tuple(sorted(argument for argument in found if argument[0] not in MODEL_PARAMETERS)),
        tuple(sorted(argument for argument in found if argument[0] in MODEL_PARAMETERS)),
    )


def _cases(entry: dict[str, Any], key: str) -> tuple[ModelCase, ...]:
    names = entry.get(key, [])
    return tuple(parse_case(name) for name in ([names] if isinstance(names, str) else names))


def _number(entry: dict[str, Any], key: str) -> float | None:
    value = entry.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise FindingsError(f"'{key}' must be a number")
    return value


def _finding(entry: dict[str, Any]) -> Finding:
    unknown = sorted(set(entry) - KEYS)
    if unknown:
        raise FindingsError(f"unknown key '{unknown[0]}'; there are: {', '.join(sorted(KEYS))}")
    for key in ("id", "says", "assertion", "of", "why", "link"):
        if not entry.get(key):
            raise FindingsError(f"'{key}' is missing")
    finding = Finding(
        id=entry["id"],
        says=entry["says"],
        metric=entry.get("metric", "wall"),
        assertion=entry["assertion"],
        of=_cases(entry, "of"),
        to=_cases(entry, "to"),
        above=_number(entry, "above"),
        below=_number(entry, "below"),
        factors=tuple(float(factor) for factor in entry.get("factors", [])),
        reason=entry.get("reason", ""),
        over=entry.get("over", ""),
        iterations=entry.get("iterations", 1),
        cpus=entry.get("requires", {}).get("cpus", 1),
        why=entry["why"],
        link=entry["link"],
    )
    _check(finding)
    return finding


def _check(finding: Finding) -> None:
    if finding.metric not in METRICS:
        raise FindingsError(f"unknown metric '{finding.metric}'; there are: {', '.join(METRICS)}")
    if finding.assertion not in ASSERTIONS:
        raise FindingsError(f"unknown assertion '{finding.assertion}'; there are: {', '.join(ASSERTIONS)}")
    if finding.assertion == "ratio" and len(finding.to) not in (1, len(finding.of)):
        raise FindingsError("'to' must be one case, or as many as 'of'")
    if finding.assertion in ("ratio", "bound", "slopes", "same") and finding.above is finding.below is None:
        raise FindingsError("give 'above', 'below' or both")
    if finding.assertion == "order" and len(finding.factors) != len(finding.of) - 1:
        raise FindingsError("an order needs one factor between each two neighbours of 'of'")
    if finding.assertion == "slopes" and any(case.argument(finding.over) is None for case in finding.cases()):
        raise FindingsError(
            f"every case needs the argument '{finding.over}', over which the slope is computed"
        )
    if finding.assertion == "skipped" and not finding.reason:
        raise FindingsError("'reason' must have a part of the reason for which the case is skipped")
    if type(finding.iterations) is not int or not 1 <= finding.iterations <= ITERATIONS_MOST:
        raise FindingsError(f"'iterations' must be from 1 to {ITERATIONS_MOST}")


def load(path: Path) -> tuple[Finding, ...]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FindingsError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FindingsError(f"{path}: {error}") from None
    found: dict[str, Finding] = {}
    for number, entry in enumerate(table.get("finding", [])):
        where = entry.get("id", f"number {number + 1}")
        try:
            finding = _finding(entry)
        except FindingsError as error:
            raise FindingsError(f"{path}: finding {where}: {error}") from None
        if finding.id in found:
            raise FindingsError(f"{path}: finding {where} is defined twice")
        found[finding.id] = finding
    if not found:
        raise FindingsError(f"{path}: holds no [[finding]]")
    return tuple(found.values())
