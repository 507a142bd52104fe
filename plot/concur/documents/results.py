"""Loads a results document (results/schema.json) into dataclasses, and refuses what it cannot trust.

Only samples are kept: entries of run type `iteration`. Controls stand apart, so that none is drawn as a
result. Every refusal is a DocumentError whose text is one line that says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Sequence

from concur.documents.json_text import DocumentError, FieldError, get, parse
from concur.documents.samples import Sample, read_sample

__all__ = ["DocumentError", "load", "load_all"]

SCHEMA = 1


@dataclass(frozen=True)
class ModelInfo:
    name: str
    family: str


@dataclass(frozen=True)
class WorkloadInfo:
    name: str
    group: str
    unit: str


@dataclass(frozen=True)
class Origin:
    """Everything that must be the same before samples may stand in one chart."""

    host: str
    cpu: str
    cpus: int
    kernel: str
    placement: str
    compiler: str
    flags: str
    revision: str


@dataclass(frozen=True)
class Document:
    origin: Origin
    version: str
    rounds: int
    planned: int
    present: int
    complete: bool
    models: tuple[ModelInfo, ...]
    workloads: tuple[WorkloadInfo, ...]
    samples: tuple[Sample, ...]
    # The same cases again under another name (A/A).
    controls: tuple[Sample, ...] = ()


def _run(path: Path, data: Any) -> dict[str, Any]:
    """The object context.concur, once it is certain that this is a document we understand."""
    benchmarks = data.get("benchmarks") if isinstance(data, dict) else None
    context = data.get("context") if isinstance(data, dict) else None
    if not isinstance(benchmarks, list) or not isinstance(context, dict):
        raise DocumentError(f"{path}: not a concur results document: give the JSON that a concur run wrote")
    run = context.get("concur")
    if not isinstance(run, dict):
        raise DocumentError(
            f"{path}: plain Google Benchmark JSON without the 'concur' objects: "
            "give the JSON that concur's own benchmarks or suite runner wrote"
        )
    if run.get("schema") != SCHEMA:
        raise DocumentError(
            f"{path}: format version {run.get('schema')}, but these charts read version {SCHEMA}: "
            f"use the plot/ folder of concur {run.get('version', 'that wrote it')}"
        )
    return run


def _samples(path: Path, entries: list[Any]) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """The samples that are results, and the controls."""
    found = []
    for index, entry in enumerate(entries):
        try:
            if get(entry, "run_type", str) != "iteration":
                continue
            found.append(read_sample({**entry, "concur": get(entry, "concur", dict)}))
        except FieldError as error:
            raise DocumentError(f"{path}: benchmarks[{index}]: {error}: run it again") from None
    kept = tuple(sample for sample in found if not sample.control)
    if not kept:
        raise DocumentError(f"{path}: holds no samples: run it again, with a filter that matches something")
    placements: dict[Any, str] = {}
    for s in kept:
        case = (s.workload, s.parameters, s.model, s.model_parameters)
        if placements.setdefault(case, s.placement) != s.placement:
            raise DocumentError(f"{path}: {s.workload}/{s.model} has two placements: run each by itself")
    return kept, tuple(sample for sample in found if sample.control)


def _table(run: Any, key: str, make: Callable[..., Any], *fields: str) -> tuple[Any, ...]:
    return tuple(make(*(get(row, field, str) for field in fields)) for row in get(run, key, list))


def count_rounds(samples: Sequence[Sample]) -> int:
    """Of the series that has most: an interrupted run has fewer of others."""
    found: dict[Any, set[int]] = {}
    for s in samples:
        found.setdefault((s.workload, s.parameters, s.model, s.model_parameters), set()).add(s.round)
    return max(len(numbers) for numbers in found.values())


def load(path: Path) -> Document:
    return read(parse(path), path)


def read(data: Any, path: Path) -> Document:
    """The document that this JSON is; `path` names it in errors."""
    run = _run(path, data)
    samples, controls = _samples(path, data["benchmarks"])
    try:
        machine, build = get(run, "machine", dict), get(run, "build", dict)
        return Document(
            origin=Origin(
                host=get(data["context"], "host_name", str),
                cpu=" ".join(get(machine, "cpu", str).split()),
                cpus=get(machine, "cpus_online", int),
                kernel=get(machine, "kernel", str),
                placement=get(run, "placement", str),
                compiler=get(build, "compiler", str),
                flags=get(build, "flags", str),
                revision=get(build, "git_revision", str),
            ),
            version=get(run, "version", str),
            rounds=count_rounds(samples),
            planned=get(run, "samples_planned", int),
            present=len(samples) + len(controls),
            complete=get(run, "complete", bool),
            models=_table(run, "models", ModelInfo, "name", "family"),
            workloads=_table(run, "workloads", WorkloadInfo, "name", "group", "unit"),
            samples=samples,
            controls=controls,
        )
    except FieldError as error:
        raise DocumentError(f"{path}: context.concur: {error}: run it again") from None


def load_all(paths: Sequence[Path]) -> Document:
    """Several documents as one: only if they come from one machine, build and placement.

    Rounds of different documents were not run next to each other, so they must not pair: they are
    renumbered to stay apart.
    """
    documents = [load(path) for path in paths]
    first = documents[0]
    samples: list[Sample] = []
    controls: list[Sample] = []
    for path, other in zip(paths, documents):
        for field, value in vars(first.origin).items():
            if vars(other.origin)[field] != value:
                raise DocumentError(
                    f"{path}: another {field} ({vars(other.origin)[field]}) than {paths[0]} ({value}): "
                    "draw them one at a time"
                )
        offset = 1 + max((sample.round for sample in samples), default=-1)
        samples += (replace(sample, round=sample.round + offset) for sample in other.samples)
        controls += (replace(sample, round=sample.round + offset) for sample in other.controls)
    return replace(
        first,
        rounds=count_rounds(samples),
        planned=sum(document.planned for document in documents),
        present=sum(document.present for document in documents),
        complete=all(document.complete for document in documents),
        models=tuple({m.name: m for d in documents for m in d.models}.values()),
        workloads=tuple({w.name: w for d in documents for w in d.workloads}.values()),
        samples=tuple(samples),
        controls=tuple(controls),
    )
