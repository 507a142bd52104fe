"""The tables of models and workloads; a benchmark program describes them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from blocks.pages import BlockError

Description = dict[str, Any]


def describe(program: Path) -> Description:
    """What the program says of its models and workloads."""
    try:
        done = subprocess.run([program, "--describe"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BlockError(f"cannot ask {program}: {error}; build it first, or give --only figures") from None
    description: Description = json.loads(done.stdout)
    return description


def complete(program: Path) -> Description:
    """The same of a build that has all models."""
    description = describe(program)
    if missing := absent(description):
        raise BlockError(f"this build has no {', '.join(missing)}: install their libraries first")
    return description


def absent(description: Description) -> list[str]:
    """The models that this build lacks: it knows only their names."""
    return [model["name"] for model in description["models"] if not model["carrier"]]


def _markdown(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def tables(description: Description) -> Callable[[str], str]:
    """Makes a table by its name."""
    models = [
        (f"`{model['name']}`", model["family"], model["carrier"], model["wait_mechanism"], model["summary"])
        for model in description["models"]
        if model["family"] != "native"
    ]
    workloads = [
        (f"`{workload['name']}`", workload["group"], workload["unit"], workload["summary"])
        for workload in description["workloads"]
    ]
    carrier = "carrier: what holds a task's state"
    wait_mechanism = "wait mechanism: how it learns that it may go on"
    made = {
        "models": _markdown(("model", "family", carrier, wait_mechanism, "in short"), models),
        "workloads": _markdown(("workload", "group", "unit", "what"), workloads),
    }

    def table(name: str) -> str:
        if name not in made:
            raise BlockError(f"no table '{name}'; there are: {', '.join(made)}")
        return made[name]

    return table
