"""Reads documents that other programs wrote with Google Benchmark (versions 1.2 to 1.9).

A benchmark is a series, its arguments and threads are a case, and the benchmarks whose arguments have the
same names are one workload, so that they stand side by side. One iteration is one job and one unit of work.

A repetition is an observation. Repetitions of two benchmarks were not run at the same time, so no two of them
have the same round: no ratio pairs them, and no case has a baseline. Aggregates are passed over, because
intervals come from the repetitions themselves; user counters and labels are passed over too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from concur.documents import benchmark_names
from concur.documents.benchmark_names import Name
from concur.documents.cases import WorkloadInfo
from concur.documents.document import REPETITIONS, Document, Origin, count_rounds
from concur.documents.json_text import DocumentError, FieldError, get, get_or
from concur.documents.sample_reader import NS_LEAST, NS_MOST
from concur.documents.samples import ITERATIONS, OK, Sample
from concur.documents.units import NS_PER_UNIT, number_of

FAMILY, UNIT = "benchmarks", "iteration"
# Longer names of workloads would be too long for the names of files.
NAME_MOST = 60
PROCESS_TIME, MEAN = "process_time", "_mean"
DATES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d-%H:%M:%S")
NO_REPETITIONS = (
    "holds aggregates alone (mean, median, ...), and intervals need the repetitions themselves: run it again "
    "without --benchmark_report_aggregates_only and --benchmark_display_aggregates_only"
)


@dataclass(frozen=True)
class Row:
    """An entry that is no aggregate."""

    run_name: str
    name: Name
    entry: dict[str, Any]


def observations(processes: int) -> str:
    return REPETITIONS if processes == 1 else f"repetitions of {processes} processes"


def workload_name(arguments: Sequence[tuple[str, int]]) -> str:
    """benchmarks, benchmarks_by_bytes, benchmarks_by_argument_1_and_argument_2"""
    names = [re.sub(r"\W+", "_", name) for name, _ in arguments]
    whole = "_and_".join(names)
    if len(whole) > NAME_MOST:
        whole = f"{names[0][:NAME_MOST]}_and_{len(names) - 1}_more"
    return f"benchmarks_by_{whole}" if names else "benchmarks"


def _rows(entries: Sequence[Any], path: Path) -> tuple[list[Row], set[str]]:
    """The repetitions, and the names of the runs of which the document has the mean."""
    found = []
    means = set()
    names = []
    for index, entry in enumerate(entries):
        try:
            names.append(get(entry, "name", str))
        except FieldError as error:
            raise DocumentError(
                f"{path}: benchmarks[{index}]: {error}: give the JSON that concur or Google Benchmark wrote"
            ) from None
    made = benchmark_names.aggregates(names)
    for name, entry in zip(names, entries):
        run_type = entry.get("run_type")
        run_name = entry.get("run_name")
        run_name = run_name if isinstance(run_name, str) else name
        if run_type == "aggregate" or (run_type is None and name in made):
            if name.endswith(MEAN):
                means.add(run_name.removesuffix(MEAN))
        else:
            found.append(Row(run_name, benchmark_names.parse(run_name), entry))
    return found, means


def _told_apart(rows: Sequence[Row]) -> list[Row]:
    """Two benchmarks may differ in their settings alone (real_time, for example): then names have these."""
    runs: dict[tuple[object, ...], set[str]] = {}
    for row in rows:
        runs.setdefault((row.name.function, row.name.arguments), set()).add(row.run_name)
    several = {function for (function, _), names in runs.items() if len(names) > 1}
    return [
        replace(row, name=replace(row.name, function=row.name.with_settings))
        if row.name.function in several
        else row
        for row in rows
    ]


def _outcome(entry: dict[str, Any], real_ns: float) -> tuple[str, str]:
    for flag, message, outcome in (
        ("error_occurred", "error_message", "did_not_finish"),
        ("skipped", "skip_message", "skipped"),
    ):
        if entry.get(flag) is True:
            return outcome, " ".join(str(entry.get(message) or "no reason given").split())
    if not math.isfinite(real_ns):
        return "invalid", "the time is no finite number"
    if real_ns > 0 and not NS_LEAST <= real_ns <= NS_MOST:
        return "invalid", "the time is out of range"
    return (OK, "") if real_ns > 0 else ("invalid", "no time was measured")


def _sample(row: Row, number: int, started: str) -> Sample:
    entry = row.entry
    time_unit = get_or(entry, "time_unit", str, "ns")
    if time_unit not in NS_PER_UNIT:
        raise FieldError(f"time unit '{time_unit}' is none of {', '.join(NS_PER_UNIT)}")
    failed = entry.get("error_occurred") is True or entry.get("skipped") is True
    real_ns = 0.0 if failed else float(get(entry, "real_time", (int, float))) * NS_PER_UNIT[time_unit]
    cpu_ns = 0.0 if failed else float(get_or(entry, "cpu_time", (int, float), 0)) * NS_PER_UNIT[time_unit]
    outcome, reason = _outcome(entry, real_ns)
    ok = outcome == OK
    return Sample(
        workload=workload_name(row.name.arguments),
        model=row.name.function,
        arguments=tuple(sorted(row.name.arguments)),
        model_arguments=(),
        outcome=outcome,
        reason=reason,
        round=number,
        placement="",
        unit=UNIT,
        real_ns=real_ns if ok else 0.0,
        units=1.0 if ok else 0.0,
        cpu_ns=cpu_ns if ok and math.isfinite(cpu_ns) and cpu_ns > 0 else None,
        user_ns=None,
        system_ns=None,
        switches=None,
        latency=None,
        peer=False,
        timed=ITERATIONS,
        start_time=started,
        sequence=number,
        cpu_of_all_threads=PROCESS_TIME in row.name.settings,
    )


def _samples(rows: Sequence[Row], started: str, path: Path) -> tuple[Sample, ...]:
    found = []
    for number, row in enumerate(rows):
        try:
            found.append(_sample(row, number, started))
        except FieldError as error:
            raise DocumentError(f"{path}: {row.run_name}: {error}: run it again") from None
    return tuple(found)


def _started(context: dict[str, Any]) -> str:
    """In the form of concur's documents. Empty if the date is not known, or has another form."""
    text = str(context.get("date", ""))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in DATES:
            try:
                found = datetime.strptime(text, form)
                break
            except ValueError:
                pass
        else:
            return ""
    if found.tzinfo is not None:
        found = found.astimezone(timezone.utc).replace(tzinfo=None)
    return f"{found.isoformat(timespec='milliseconds')}Z"


def library(context: dict[str, Any]) -> str:
    """Google Benchmark v1.9.1 (release build)"""
    words = ["Google Benchmark", str(context.get("library_version", ""))]
    if built := context.get("library_build_type"):
        words.append(f"({built} build)")
    return " ".join(filter(None, words))


def _warnings(context: dict[str, Any], left_out: int) -> tuple[str, ...]:
    found = []
    if left_out:
        found.append(f"{number_of('benchmarks', left_out)} left out: the document has their aggregates alone")
    if str(context.get("library_build_type")).lower() == "debug":
        found.append("Google Benchmark was built as debug: times may be too long")
    if context.get("cpu_scaling_enabled") is True:
        found.append("the CPUs could change their frequency (scaling): times contain these changes")
    return tuple(found)


def read(data: dict[str, Any], path: Path) -> Document:
    context = data.get("context")
    if not isinstance(context, dict):
        raise DocumentError(
            f"{path}: not a results document: it has no context; give the file of a whole run"
        )
    if not data["benchmarks"]:
        raise DocumentError(
            f"{path}: holds no benchmarks: run it again, with a --benchmark_filter that matches something"
        )
    found, means = _rows(data["benchmarks"], path)
    rows = _told_apart(found)
    samples = _samples(rows, _started(context), path)
    left_out = means - {row.run_name for row in rows}
    # What failed has no aggregates.
    if not rows or (left_out and not any(sample.outcome == OK for sample in samples)):
        raise DocumentError(f"{path}: {NO_REPETITIONS}")
    most, least = count_rounds(samples)
    cpus = context.get("num_cpus")
    cpus = cpus if isinstance(cpus, int) else 0
    host = context.get("host_name")
    return Document(
        origin=Origin(
            host=host if isinstance(host, str) else "",
            cpu="",
            cpus=cpus,
            cpus_usable=cpus,
            kernel="",
            placement="",
            compiler="",
            flags="",
            revision="",
            library=library(context),
        ),
        version=str(context.get("library_version", "")),
        rounds=most,
        rounds_least=least,
        planned=len(samples),
        present=len(samples),
        complete=True,
        families={sample.model: FAMILY for sample in samples},
        workload_infos=tuple(
            WorkloadInfo(name, FAMILY, UNIT, ITERATIONS)
            for name in dict.fromkeys(sample.workload for sample in samples)
        ),
        samples=samples,
        observations=observations(1),
        warnings=_warnings(context, len(left_out)),
        context=context,
        paths=(path,),
    )
