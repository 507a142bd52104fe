"""Makes the suite of the cases that findings need, in the format of the suite runner."""

from __future__ import annotations

from typing import Any

from concur.findings.definitions import ModelCase, Finding, FindingsError

TIME_LIMIT_S = 20
# The metrics that a counting run may have to measure.
COUNTED = ("system_calls_per_unit", "switches_per_unit")


def make_suite(findings: list[Finding], rounds: int) -> dict[str, Any]:
    """Has each case once. The models of a case are measured next to each other."""
    points: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    iterations: dict[tuple[Any, ...], int] = {}
    repetitions = []
    # Events are counted only if a finding needs their counts, because counting takes another run.
    counted = set()
    for finding in findings:
        for case in finding.cases():
            point = (case.workload, case.arguments)
            if iterations.setdefault(point, finding.iterations) != finding.iterations:
                raise FindingsError(
                    f"finding {finding.id}: {case.name} has another number of iterations in another finding"
                )
            series: dict[str, Any] = {"model": case.model}
            if case.model_arguments:
                series["arguments"] = dict(case.model_arguments)
            if finding.metric in COUNTED:
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
                "arguments": dict(point[1]),
                "iterations": iterations[point],
                "models": series,
                **({"count_rounds": rounds} if point in counted else {}),
            }
            for point, series in points.items()
        ],
        "controls": repetitions,
    }


def repetition_of(case: ModelCase) -> dict[str, Any]:
    given = {"arguments": dict(case.arguments), "model_arguments": dict(case.model_arguments)}
    return {"workload": case.workload, "model": case.model, **{key: of for key, of in given.items() if of}}
