"""Loads a results document into dataclasses, and refuses a document that is wrong.

A document of concur has the form of results/schema.json. Only entries of run type `iteration` are kept:
these are the samples. A document has one sample for each case and round; repetitions (A/A) and the entries of
further groups are kept apart from them, so that no chart draws a case twice. Documents that other programs
wrote with Google Benchmark are read by concur.documents.foreign. A refusal is a DocumentError: one line that
says what to do.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from concur.documents import comparison_groups, foreign, machine as machines
from concur.documents.cases import WorkloadInfo
from concur.documents.comparison_groups import Group, Sorted
from concur.documents.document import Document, Origin, count_rounds
from concur.documents.json_text import DocumentError, FieldError, NoResults, get, get_or, parse, run_of
from concur.documents.sample_reader import read_sample, timed
from concur.documents.samples import OK, Sample

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
            context=data["context"],
            paths=(path,),
        )
    except FieldError as error:
        raise DocumentError(f"{path}: context.concur: {error}: run it again") from None


def require_one_kind(first: Document, other: Document) -> None:
    """Raises DocumentError if another program wrote one of them, and concur the other."""
    if first.is_foreign != other.is_foreign:
        plain, ours = (first, other) if first.is_foreign else (other, first)
        raise DocumentError(
            f"{plain.paths[0]}: plain JSON of Google Benchmark, but concur wrote {ours.paths[0]}: "
            "read them apart"
        )


def _require_one_origin(first: Document, other: Document) -> None:
    """Raises DocumentError if the two documents cannot stand in one chart."""
    require_one_kind(first, other)
    ours, theirs = first.origin, other.origin
    known = ("host",) if ours.is_machine_of(theirs) else ()
    for field in ours.differences(theirs, (field for field in vars(ours) if field not in known)):
        raise DocumentError(
            f"{other.paths[0]}: another {field} ({getattr(theirs, field)}) than {first.paths[0]} "
            f"({getattr(ours, field)}): draw them one at a time"
        )


def _samples_of(document: Document) -> set[tuple[object, ...]]:
    """What tells samples of different runs apart."""
    return {(s.start_time, s.sequence, s.case_name, s.real_ns) for s in document.samples if s.outcome == OK}


def _require_other_samples(first: Document, other: Document) -> None:
    """Raises DocumentError if both have the same samples, which would count as twice as many sets."""
    ours, theirs = _samples_of(first), _samples_of(other)
    shared = len(ours & theirs)
    # A run that was resumed has the samples of its beginning. Times of other programs are rounded, so some
    # may be equal by chance.
    least = min(len(ours), len(theirs)) if first.is_foreign else 1
    if shared >= max(1, least):
        raise DocumentError(f"{other.paths[0]}: the same run as {first.paths[0]}: give each run once")


def require_different_runs(documents: Sequence[Document]) -> None:
    """Raises DocumentError."""
    for first, other in itertools.combinations(documents, 2):
        _require_other_samples(first, other)


def _print_note(text: str) -> None:
    print(text, file=sys.stderr)


def load_each(paths: Sequence[Path], note: Callable[[str], None] = _print_note) -> list[Document]:
    """Several documents. Files of concur that hold no results are passed over, with a note."""
    found: list[Document] = []
    passed_over: list[NoResults] = []
    for path in paths:
        try:
            found.append(load(path))
        except NoResults as reason:
            passed_over.append(reason)
    if not found:
        raise passed_over[0]
    for each in passed_over:
        note(f"passed over: {each.path}: {each.what}")
    return found


def load_all(paths: Sequence[Path]) -> Document:
    """Several documents as one: only if they come from one machine, build and placement.

    Rounds of different documents were not run next to each other, so no ratio may pair them: each document
    gets round numbers of its own.
    """
    documents = load_each(paths)
    first = documents[0]
    for other in documents:
        _require_one_origin(first, other)
    require_different_runs(documents)
    samples: list[Sample] = []
    repetitions: list[Sample] = []
    others: list[Sample] = []
    for other in documents:
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
        observations=foreign.observations(len(documents)) if first.is_foreign else first.observations,
        warnings=tuple(dict.fromkeys(words for d in documents for words in d.warnings)),
        paths=tuple(path for document in documents for path in document.paths),
    )
