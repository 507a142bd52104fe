#!/usr/bin/env python3
"""Writes a results document for github-action-benchmark: one median per case, smaller is better.

    plot/export.py results.json -o results.github-action.json

The file is for `tool: customSmallerIsBetter`. (Its `tool: googlecpp` reads every entry of Google Benchmark's
own JSON, aggregates included, and takes a case that failed for one that takes no time.) Beside each time
stands the ratio to serial in the same round, where serial is there: that is the figure to raise alarms on.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import interpreter

if TYPE_CHECKING:
    from concur.documents.results import Document
    from concur.statistics.intervals import Estimate

BASELINE = "serial"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="export.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="results document (JSON)")
    parser.add_argument("-o", "--output", type=Path, help="default: RESULTS with .github-action.json")
    return parser.parse_args()


def entry(name: str, unit: str, estimate: Estimate, scale: float, extra: str) -> dict[str, Any]:
    low, high = estimate.low / scale, estimate.high / scale
    return {
        "name": name,
        "unit": unit,
        "value": estimate.value / scale,
        "range": f"{low:.4g} to {high:.4g}" if estimate.has_interval else "unknown",
        "extra": extra,
    }


def entries(document: Document) -> list[dict[str, Any]]:
    from concur.documents import cases
    from concur.statistics import intervals

    found = []
    for workload in cases.workloads(document):
        for case in workload.cases:
            baseline = next((cell for series, cell in case.ok().items() if series.model == BASELINE), None)
            for series, cell in case.ok().items():
                sizes = "".join(f"/{name}:{value}" for name, value in (*series.parameters, *case.parameters))
                name = f"{workload.name}/{series.model}{sizes}"
                rounds = f"{len(cell.times())} rounds, 95 % interval"
                time = intervals.median(list(cell.times().values()))
                found.append(entry(name, "ms", time, 1e6, rounds))
                if baseline is None or baseline is cell:
                    continue
                ratio = intervals.paired_ratio(cell.times(), baseline.times())
                if ratio is not None:
                    found.append(
                        entry(f"{name} ÷ {BASELINE}", "ratio", ratio, 1.0, f"{rounds}, paired by round")
                    )
    return found


def main() -> int:
    chosen = arguments()
    interpreter.require(("numpy",))

    from concur.documents.results import DocumentError, load
    from concur.documents.atomic_write import replace_file

    output = chosen.output or chosen.results.with_suffix(".github-action.json")
    try:
        text = json.dumps(entries(load(chosen.results)), indent=1, ensure_ascii=False) + "\n"
        replace_file(output, text.encode())
    except DocumentError as error:
        print(f"export.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"export.py: {output}: cannot be written: {error.strerror}: choose another -o", file=sys.stderr)
        return 1
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
