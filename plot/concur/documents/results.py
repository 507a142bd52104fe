"""Loads a results document (results/schema.json) into dataclasses, and refuses a document that is wrong.

Only entries of run type `iteration` are kept: these are the samples. A document has one sample for each
case and round; repetitions (A/A) and the entries of further groups are kept apart from them, so that no chart
draws a case twice. A refusal is a DocumentError: one line that says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Mapping, Sequence

from concur.documents import comparison_groups, grouping, machine as machines
from concur.documents.cases import Workload, WorkloadInfo
from concur.documents.comparison_groups import Group, Sorted
from concur.documents.json_text import DocumentError, FieldError, get, parse
from concur.documents.sample_reader import read_sample, timed
from concur.documents.samples import OK, Sample

__all__ = ["DocumentError", "load", "load_all"]

SCHEMA = 3


@dataclass(frozen=True)
class Origin:
    """Where samples come from. Samples stand in one chart only if all of this is the same."""

    host: str
    cpu: str
    # The number of CPUs that are online, and of those that the run may use.
    cpus: int
    cpus_usable: int
    kernel: str
    placement: str
    compiler: str
    flags: str
    revision: str
    # Empty if the document does not say it.
    topology: str = ""


@dataclass(frozen=True)
class Document:
    origin: Origin
    version: str
    # The most and the fewest sets that a case has.
    rounds: int
    rounds_least: int
    planned: int
    present: int
    complete: bool
    # The family of each model, in the order of the document.
    families: Mapping[str, str]
    workload_infos: tuple[WorkloadInfo, ...]
    samples: tuple[Sample, ...]
    # Samples of cases that were run a second time in the same round (A/A).
    repetitions: tuple[Sample, ...] = ()
    # The samples of cases that belong to several comparison groups, in their further groups.
    others: tuple[Sample, ...] = ()
    groups: tuple[Group, ...] = ()
    # Of the random order of turns.
    seed: int | None = None

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """The samples, grouped once for all charts and tables."""
        return grouping.group(
            grouping.Material(self.samples, self.others, self.groups, self.families, self.origin.cpus),
            self.workload_infos,
        )


def _run(path: Path, data: Any) -> dict[str, Any]:
    """The object context.concur of a document whose format is known."""
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


def count_rounds(samples: Sequence[Sample]) -> tuple[int, int]:
    """The most and the fewest rounds of a series. Series that failed do not count, if others did not."""
    found: dict[Any, set[int]] = {}
    for s in samples:
        found.setdefault(s.case_key, set()).add(s.round)
    failed = {s.case_key for s in samples if s.outcome != OK}
    numbers = [len(rounds) for key, rounds in found.items() if key not in failed]
    numbers = numbers or [len(rounds) for rounds in found.values()]
    return max(numbers), min(numbers)


def load(path: Path) -> Document:
    return read(parse(path), path)


def read(data: Any, path: Path) -> Document:
    """Makes a document of parsed JSON; errors name it by `path`."""
    run = _run(path, data)
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
            workload_infos=tuple(
                WorkloadInfo(get(row, "name", str), get(row, "group", str), get(row, "unit", str), timed(row))
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
        for field, value in vars(first.origin).items():
            if vars(other.origin)[field] != value:
                raise DocumentError(
                    f"{path}: another {field} ({vars(other.origin)[field]}) than {paths[0]} ({value}): "
                    "draw them one at a time"
                )
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
    )
