"""Makes the suite of the cases that findings need, in the format of the suite runner."""

from __future__ import annotations

from typing import Any

from concur.findings.definitions import ModelCase, Finding, FindingsError

TIME_LIMIT_S = 20


def make_suite(findings: list[Finding], rounds: int) -> dict[str, Any]:
    """Has each case once. The models of one workload with the same sizes are measured next to each other."""
    points: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    iterations: dict[tuple[Any, ...], int] = {}
    repetitions = []
    # System calls are counted only if a finding needs them, because counting takes another run.
    counted = set()
    for finding in findings:
        for case in finding.cases():
            point = (case.workload, case.sizes)
            if iterations.setdefault(point, finding.iterations) != finding.iterations:
                raise FindingsError(
                    f"finding {finding.id}: {case.name} has another number of iterations in another finding"
                )
            series: dict[str, Any] = {"model": case.model}
            if case.model_sizes:
                series["sizes"] = dict(case.model_sizes)
            if finding.metric == "system_calls_per_unit":
                counted.add(point)
            if series not in points.setdefault(point, []):
                points[point].append(series)
        if finding.assertion == "same":
            repetitions += [repetition_of(case) for case in finding.of]
    return {
        "name": "findings",
        "rounds": rounds,
        "time_limit_s": TIME_LIMIT_S,
        "placement": "split",
        "models": {"cpu": [], "io": []},
        "cases": [
            {
                "workload": point[0],
                "sizes": dict(point[1]),
                "iterations": iterations[point],
                "models": series,
                **({"count_rounds": rounds} if point in counted else {}),
            }
            for point, series in points.items()
        ],
        "controls": repetitions,
    }


def repetition_of(case: ModelCase) -> dict[str, Any]:
    sizes = {"sizes": dict(case.sizes), "model_sizes": dict(case.model_sizes)}
    return {"workload": case.workload, "model": case.model, **{key: of for key, of in sizes.items() if of}}
