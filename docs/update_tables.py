#!/usr/bin/env python3
"""Writes the tables of models and workloads into the documentation; a benchmark program describes them.

    docs/update_tables.py                       # build/release/bench/bench_cpu
    docs/update_tables.py --check path/to/bench_cpu

A table stands between <!-- table:models --> and <!-- end of table --> (or table:workloads). --check writes
nothing and exits with 1 if a table is stale.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md",)
TABLE = re.compile(r"(<!-- table:(\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def tables(description: dict[str, Any]) -> dict[str, str]:
    """The text of each table, by its name."""
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
    return {
        "models": markdown(("model", "family", carrier, wait_mechanism, "in short"), models),
        "workloads": markdown(("workload", "group", "unit", "what"), workloads),
    }


def absent(description: dict[str, Any]) -> list[str]:
    """The models that this build lacks: it knows only their names."""
    return [model["name"] for model in description["models"] if not model["carrier"]]


def updated(text: str, made: dict[str, str]) -> str:
    return TABLE.sub(lambda found: found[1] + made[found[2]] + found[3], text)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="update_tables.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="print which tables are stale, and write nothing"
    )
    parser.add_argument("program", nargs="?", type=Path, default=ROOT / "build/release/bench/bench_cpu")
    chosen = parser.parse_args()
    try:
        done = subprocess.run([chosen.program, "--describe"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"update_tables.py: cannot ask {chosen.program}: {error}; build it first", file=sys.stderr)
        return 2
    description = json.loads(done.stdout)
    if missing := absent(description):
        names = ", ".join(missing)
        print(f"update_tables.py: this build has no {names}: install their libraries first", file=sys.stderr)
        return 2
    stale = 0
    for page in PAGES:
        old = (ROOT / page).read_text()
        new = updated(old, tables(description))
        if new == old:
            continue
        stale = 1
        print(f"{page}: {'stale; run docs/update_tables.py' if chosen.check else 'updated'}")
        if not chosen.check:
            (ROOT / page).write_text(new)
    return stale if chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
