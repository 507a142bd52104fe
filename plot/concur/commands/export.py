"""Writes a results document for github-action-benchmark: one median for each case, smaller is better."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from concur.commands import options
from concur.documents.atomic_write import replace_file
from concur.documents.results import Document, DocumentError, load
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

BASELINE = "serial"


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
    found = []
    for workload in document.workloads:
        for case in workload.cases:
            baseline = case.of_model(BASELINE)
            for cell in case.ok().values():
                name = cell.samples[0].case_name
                rounds = f"{len(cell.times())} rounds, 95 % interval"
                time = intervals.median(cell.times().values())
                found.append(entry(name, "ms", time, 1e6, rounds))
                if baseline is None or baseline is cell:
                    continue
                ratio = intervals.paired_ratio(cell.times(), baseline.times())
                if ratio is not None:
                    found.append(
                        entry(f"{name} ÷ {BASELINE}", "ratio", ratio, 1.0, f"{rounds}, paired by round")
                    )
    return found


def main(argv: Sequence[str]) -> int:
    chosen = options.export(argv)
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
