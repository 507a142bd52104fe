"""The names of cases and limits in a table of verdicts."""

from __future__ import annotations

from concur.findings.definitions import ModelCase


def short(case: ModelCase) -> str:
    """The model with its own arguments; those of the workload are left out."""
    given = "".join(
        f" of {value}" if name == "workers" else f" {name} {value}" for name, value in case.model_arguments
    )
    return f"{case.model}{given}"


def versus(case: ModelCase, other: ModelCase) -> str:
    if case.model != other.model or case.model_arguments != other.model_arguments:
        return f"{short(case)} / {short(other)}"
    ours, theirs = dict(case.arguments), dict(other.arguments)
    differing = [name for name in ours if ours[name] != theirs.get(name)]
    arguments = ", ".join(f"{name} {ours[name]} / {theirs.get(name)}" for name in differing)
    return f"{short(case)}: {arguments}"


def limits(above: float | None, below: float | None) -> str:
    if above is not None and below is not None:
        return f"{above:g} to {below:g}"
    return f"above {above:g}" if above is not None else f"below {below:g}"
