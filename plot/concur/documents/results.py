"""Loads a results document into dataclasses, and refuses a document that is wrong.

A document of concur has the form of results/schema.json. Only entries of run type `iteration` are kept:
these are the samples. A document has one sample for each case and round; repetitions (A/A) and the entries of
further groups are kept apart from them, so that no chart draws a case twice. Documents that other programs
wrote with Google Benchmark are read by concur.documents.foreign. A refusal is a DocumentError: one line that
says what to do.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Sequence

from concur.documents import comparison_groups, foreign, machine as machines
from concur.documents.cases import WorkloadInfo
from concur.documents.comparison_groups import Group, Sorted
from concur.documents.document import Document, Origin, count_rounds
from concur.documents.json_text import DocumentError, FieldError, get, get_or, parse, run_of
from concur.documents.sample_reader import read_sample, timed
from concur.documents.samples import Sample

__all__ = ["Document", "DocumentError", "Origin", "load", "load_all"]

SCHEMA = 3


def _known_format(path: Path, run: dict[str, Any]) -> None:
    if run.get("schema") != SCHEMA:
        raise DocumentError(
            f"{path}: format version {run.get('schema')}, but these charts read version {SCHEMA}: "
            f"use the plot/ folder of concur {run.get('version', 'that wrote it')}"
        )


def _samples(path: Path, entries: list[Any], groups: Sequence[Group]) -> Sorted:
    found = []
    for index, entry in enumerate(entries):
        try:
            if get(entry, "run_type", str) != "iteration":
                continue
            found.append(read_sample({**entry, "concur": get(entry, "concur", dict)}))
        except FieldError as error:
            raise DocumentError(f"{path}: benchmarks[{index}]: {error}: run it again") from None
    made = comparison_groups.sort(found, groups)
    if not made.samples:
        raise DocumentError(f"{path}: holds no samples: run it again, with a filter that matches something")
    placements: dict[Any, str] = {}
    for s in made.samples:
        if placements.setdefault(s.case_key, s.placement) != s.placement:
            raise DocumentError(f"{path}: {s.workload}/{s.model} has two placements: run each by itself")
    return made


def load(path: Path) -> Document:
    return read(parse(path), path)


def read(data: Any, path: Path) -> Document:
    """Makes a document of parsed JSON; errors name it by `path`."""
    if not isinstance(data, dict) or not isinstance(data.get("benchmarks"), list):
        raise DocumentError(
            f"{path}: not a results document: give the JSON that concur or Google Benchmark wrote"
        )
    run = run_of(data)
    if run is None:
        return foreign.read(data, path)
    _known_format(path, run)
    try:
        groups = comparison_groups.read_groups(run)
    except FieldError as error:
        raise DocumentError(f"{path}: context.concur: {error}: run it again") from None
    made = _samples(path, data["benchmarks"], groups)
    most, least = count_rounds(made.samples)
    try:
        machine, build = get(run, "machine", dict), get(run, "build", dict)
        return Document(
            origin=Origin(
                host=get(data["context"], "host_name", str),
                cpu=" ".join(get(machine, "cpu", str).split()),
                cpus=get(machine, "cpus_online", int),
                cpus_usable=machines.cpus_usable(machine),
                kernel=get(machine, "kernel", str),
                placement=get(run, "placement", str),
                compiler=get(build, "compiler", str),
                flags=get(build, "flags", str),
                revision=get(build, "git_revision", str),
                topology=machines.topology(machine),
            ),
            version=get(run, "version", str),
            rounds=most,
            rounds_least=least,
            planned=get(run, "samples_planned", int),
            present=sum(1 for entry in data["benchmarks"] if entry["run_type"] == "iteration"),
            complete=get(run, "complete", bool),
            families={get(row, "name", str): get(row, "family", str) for row in get(run, "models", list)},
            summaries={
                get(row, "name", str): get_or(row, "summary", str, "") for row in get(run, "models", list)
            },
            workload_infos=tuple(
                WorkloadInfo(
                    get(row, "name", str),
                    get(row, "group", str),
                    get(row, "unit", str),
                    timed(row),
                    get_or(row, "summary", str, ""),
                )
                for row in get(run, "workloads", list)
            ),
            samples=made.samples,
            repetitions=made.repetitions,
            others=made.others,
            groups=groups,
            seed=get(run, "seed", (int, type(None))),
        )
    except FieldError as error:
        raise DocumentError(f"{path}: context.concur: {error}: run it again") from None


def _of_one_kind(path: Path, document: Document, first_path: Path, first: Document) -> None:
    """Raises DocumentError if the two documents cannot stand in one chart."""
    if document.is_foreign != first.is_foreign:
        ours, theirs = (path, first_path) if document.is_foreign else (first_path, path)
        raise DocumentError(
            f"{ours}: plain JSON of Google Benchmark, but concur wrote {theirs}: read them apart"
        )
    for field, value in vars(first.origin).items():
        if vars(document.origin)[field] != value:
            raise DocumentError(
                f"{path}: another {field} ({vars(document.origin)[field]}) than {first_path} ({value}): "
                "draw them one at a time"
            )


def load_all(paths: Sequence[Path]) -> Document:
    """Several documents as one: only if they come from one machine, build and placement.

    Rounds of different documents were not run next to each other, so no ratio may pair them: each document
    gets round numbers of its own.
    """
    documents = [load(path) for path in paths]
    first = documents[0]
    samples: list[Sample] = []
    repetitions: list[Sample] = []
    others: list[Sample] = []
    for path, other in zip(paths, documents):
        _of_one_kind(path, other, paths[0], first)
        offset = 1 + max((sample.round for sample in samples), default=-1)
        for kept, more in (
            (samples, other.samples),
            (repetitions, other.repetitions),
            (others, other.others),
        ):
            kept += (replace(sample, round=sample.round + offset) for sample in more)
    most, least = count_rounds(samples)
    return replace(
        first,
        rounds=most,
        rounds_least=least,
        planned=sum(document.planned for document in documents),
        present=sum(document.present for document in documents),
        complete=all(document.complete for document in documents),
        families={model: family for d in documents for model, family in d.families.items()},
        workload_infos=tuple({info.name: info for d in documents for info in d.workload_infos}.values()),
        samples=tuple(samples),
        repetitions=tuple(repetitions),
        others=tuple(others),
        groups=tuple({group.name: group for d in documents for group in d.groups}.values()),
        observations=foreign.observations(len(paths)) if first.is_foreign else first.observations,
        warnings=tuple(dict.fromkeys(words for d in documents for words in d.warnings)),
    )
