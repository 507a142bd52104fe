"""Writes a results document for github-action-benchmark: one time for each case, smaller is better."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from concur.commands import options
from concur.commands.printing import fail
from concur.documents import labels, output_file
from concur.documents.cases import Case, Series, Workload
from concur.documents.output_file import WriteError
from concur.documents.results import Document, DocumentError, load
from concur.documents.units import number_of
from concur.statistics import noise, turns
from concur.statistics.intervals import Estimate
from concur.statistics.ratios import Ranked, to_baseline, why_cpu
from concur.statistics.measures import CPU

READS_IT_ITSELF = (
    "plain JSON of Google Benchmark: github-action-benchmark reads it without this program (tool: googlecpp)"
)


def entry(name: str, unit: str, estimate: Estimate, scale: float, extra: str) -> dict[str, Any]:
    low, high = estimate.low / scale, estimate.high / scale
    sets = number_of("sets", estimate.sets)
    return {
        "name": name,
        "unit": unit,
        "value": estimate.value / scale,
        "range": f"{low:.4g} to {high:.4g}" if estimate.has_interval else "unknown",
        "extra": "; ".join(
            filter(None, [sets + (", 95 % interval" if estimate.has_interval else ""), extra])
        ),
    }


def ratio_entry(
    workload: Workload, case: Case, ranked: Ranked, series: Series, warning: str
) -> dict[str, Any] | None:
    """The ratio to the baseline; None for the baseline itself."""
    if ranked.baseline is None or series == ranked.baseline or series not in ranked.ratios:
        return None
    by_cpu = ranked.measure is CPU
    name = case.cells[series].samples[0].case_name + (" CPU time" if by_cpu else "")
    why = why_cpu(workload, case) if by_cpu else ""
    extra = "; ".join(filter(None, [why, warning]))
    return entry(f"{name} ÷ {labels.series(ranked.baseline)}", "ratio", ranked.ratios[series], 1.0, extra)


def entries(document: Document) -> list[dict[str, Any]]:
    found = []
    for workload in document.workloads:
        for case in workload.cases:
            ranked = to_baseline(case)
            for series, cell in case.ok().items():
                warning = noise.serious_words(case, series, workload.cpus)
                warning = f"not to be trusted: {warning}" if warning else ""
                time = turns.time(cell)
                if time is not None:
                    found.append(entry(cell.samples[0].case_name, "ms", time, 1e6, warning))
                if ratio := ratio_entry(workload, case, ranked, series, warning):
                    found.append(ratio)
    return found


def main(argv: Sequence[str]) -> int:
    chosen = options.export(argv)
    try:
        document = load(chosen.results)
        if document.is_foreign:
            raise DocumentError(f"{chosen.results}: {READS_IT_ITSELF}")
        output = chosen.output or output_file.beside(chosen.results, ".github-action.json")
        output_file.require_writable(output, [chosen.results])
        text = json.dumps(entries(document), indent=1, ensure_ascii=False) + "\n"
        output_file.write(output, text.encode())
    except (DocumentError, WriteError) as error:
        return fail("export.py", error)
    if not output_file.is_standard_output(output):
        print(output)
    return 0
