"""Makes documents as Google Benchmark writes them for programs of other people, with known truths.

    made = foreign_documents.document(repetitions=7)

It has what real documents have: benchmarks with and without arguments, named arguments, threads, templates,
fixtures, errors and skips, aggregates, complexities, counters that are no numbers, and settings in names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Json = dict[str, Any]

NOISE = 0.01
# The time of one iteration in nanoseconds.
TRUTHS_NS: dict[str, float] = {
    "BM_StringCreation": 5.0,
    "BM_StringCopy": 12.0,
    "BM_Hash": 30.0,
    "BM_Parse/small.json": 900.0,
    **{f"BM_PushBack<std::vector<int>>/{n}": 4.0 * n for n in (8, 64, 512, 4096)},
    **{f"BM_PushBack<std::list<int>>/{n}": 20.0 * n for n in (8, 64, 512, 4096)},
    "BM_Copy/bytes:64": 4.0,
    "BM_Copy/bytes:65536": 2000.0,
    "Matrix/Multiply/x:2/y:8/real_time": 300.0,
    "Matrix/Multiply/x:4/y:8/real_time": 600.0,
    **{f"BM_Queue/process_time/real_time/threads:{n}": 50.0 + 10.0 * n for n in (1, 2, 4)},
    "BM_Two/3/5/min_time:0.100": 70.0,
}


def context(version: str = "v1.9.1", build: str = "release", **more: Any) -> Json:
    return {
        "date": "2024-05-04T12:00:00+02:00",
        "host_name": "example",
        "executable": "./benchmarks",
        "num_cpus": 8,
        "mhz_per_cpu": 3600,
        "cpu_scaling_enabled": False,
        "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 2}],
        "load_avg": [0.5, 0.4, 0.3],
        "library_version": version,
        "library_build_type": build,
        "json_schema_version": 1,
        **more,
    }


def entry(name: str, real_time: float, index: int = 0, of: int = 1, **more: Any) -> Json:
    """One repetition."""
    return {
        "name": name,
        "family_index": 0,
        "per_family_instance_index": 0,
        "run_name": name,
        "run_type": "iteration",
        "repetitions": of,
        "repetition_index": index,
        "threads": 1,
        "iterations": 1000,
        "real_time": real_time,
        "cpu_time": 0.9 * real_time,
        "time_unit": "ns",
        **more,
    }


def aggregates(name: str, times: Sequence[float]) -> list[Json]:
    found = {
        "mean": float(np.mean(times)),
        "median": float(np.median(times)),
        "stddev": float(np.std(times)),
        "cv": float(np.std(times) / np.mean(times)),
    }
    return [
        {
            **entry(name, value, of=len(times)),
            "name": f"{name}_{kind}",
            "run_type": "aggregate",
            "aggregate_name": kind,
            "aggregate_unit": "percentage" if kind == "cv" else "time",
        }
        for kind, value in found.items()
    ]


def complexity(name: str) -> list[Json]:
    """These have no time of an iteration."""
    of_both = {"run_name": name, "run_type": "aggregate", "repetitions": 1, "threads": 1}
    return [
        {
            "name": f"{name}_BigO",
            **of_both,
            "aggregate_name": "BigO",
            "cpu_coefficient": 4.0,
            "real_coefficient": 4.1,
            "big_o": "N",
            "time_unit": "ns",
        },
        {"name": f"{name}_RMS", **of_both, "aggregate_name": "RMS", "rms": 0.01},
    ]


def failures(repetitions: int) -> list[Json]:
    """A benchmark that cannot run, one that was skipped, and one whose second repetition failed."""
    error = {"error_occurred": True, "error_message": 'no "device"\nhere', "iterations": 0}
    found = [
        entry("BM_Device/8", 0.0, **error),
        entry("BM_Windows", 0.0, skipped=True, skip_message="only on Windows", iterations=0),
    ]
    for index in range(repetitions):
        failed = {"error_occurred": True, "error_message": "out of memory"} if index == 1 else {}
        found.append(entry("BM_Sometimes", 0.0 if failed else 40.0, index, repetitions, **failed))
    return found


def document(repetitions: int = 7, factor: float = 1.0, seed: int = 1, **of_context: Any) -> Json:
    """Every benchmark of TRUTHS_NS, `factor` times as slow, and some that fail."""
    rng = np.random.default_rng(seed)
    entries: list[Json] = []
    for name, truth_ns in TRUTHS_NS.items():
        times = [truth_ns * factor * float(np.exp(rng.normal(0, NOISE))) for _ in range(repetitions)]
        counters = {"rate": float("nan"), "most": float("inf"), "label": "a label"} if "Copy" in name else {}
        entries += [entry(name, time, index, repetitions, **counters) for index, time in enumerate(times)]
        if repetitions > 1:
            entries += aggregates(name, times)
    entries += complexity("BM_PushBack<std::vector<int>>")
    return {"context": context(**of_context), "benchmarks": [*entries, *failures(repetitions)]}


# What documents had from version 1.5 on.
NEW_FIELDS = (
    "run_name",
    "run_type",
    "repetitions",
    "repetition_index",
    "threads",
    "family_index",
    "per_family_instance_index",
    "aggregate_name",
    "aggregate_unit",
)


def old(made: Json) -> Json:
    """The document as version 1.2 wrote it."""
    known = ("num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "library_build_type")
    return {
        "context": {"date": "2018-01-30 18:40:25", **{key: made["context"][key] for key in known}},
        "benchmarks": [
            {key: value for key, value in one.items() if key not in NEW_FIELDS} for one in made["benchmarks"]
        ],
    }


def only_aggregates(made: Json) -> Json:
    kept = [one for one in made["benchmarks"] if one["run_type"] == "aggregate"]
    return {**made, "benchmarks": kept}
