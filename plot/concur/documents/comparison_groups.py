"""The comparison groups of a run: which samples are partners, and which entry stands for a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from concur.documents.json_text import FieldError, get
from concur.documents.samples import Identity, Sample, identity


@dataclass(frozen=True)
class Group:
    """Cases under models that are measured in turns, to be compared with each other."""

    name: str
    # None: the group has no model to compare with.
    baseline: Identity | None
    cases: frozenset[Identity]


@dataclass(frozen=True)
class Sorted:
    """The entries of a document by their purpose."""

    # For each case and round one entry.
    samples: tuple[Sample, ...]
    # The entries of cases that belong to several groups, in their further groups.
    others: tuple[Sample, ...]
    # A/A controls: a case once more in the same set.
    repetitions: tuple[Sample, ...]


def read_groups(run: Any) -> tuple[Group, ...]:
    found = []
    for row in get(run, "groups", list):
        baseline = get(row, "baseline", (str, type(None)))
        names = get(row, "cases", list)
        if not all(isinstance(name, str) for name in names):
            raise FieldError("'groups.cases' has the wrong type")
        if not all("/" in case for case in (names if baseline is None else [baseline, *names])):
            raise FieldError("'groups' has a case without a model")
        found.append(
            Group(
                name=get(row, "name", str),
                baseline=None if baseline is None else identity(baseline),
                cases=frozenset(map(identity, names)),
            )
        )
    return tuple(found)


def _place(sample: Sample) -> tuple[object, ...]:
    """Where the processes of this sample were alive."""
    return sample.group, sample.round, sample.block


def sort(entries: Sequence[Sample], groups: Sequence[Group]) -> Sorted:
    """Gives each sample its partner, and tells the kinds of entries apart."""
    baselines = {group.name: group.baseline for group in groups}

    def is_baseline(sample: Sample) -> bool:
        return sample.group is not None and sample.identity == baselines.get(sample.group)

    partners: dict[tuple[object, ...], Sample] = {}
    for entry in sorted(entries, key=lambda entry: entry.is_repetition):
        if entry.slices is not None and is_baseline(entry):
            partners.setdefault(_place(entry), entry)
    linked = [
        entry if entry.slices is None or is_baseline(entry) else replace(entry, partner=partner)
        for entry, partner in ((entry, partners.get(_place(entry))) for entry in entries)
    ]
    results = [entry for entry in linked if not entry.is_repetition]
    blocks = {entry.key: entry.block for entry in results}
    repetitions = (
        entry
        for entry in linked
        if entry.is_repetition and (not is_baseline(entry) or entry.block == blocks.get(entry.key))
    )
    samples, others = _one_for_each(results)
    return Sorted(samples, others, tuple(repetitions))


def _one_for_each(entries: Sequence[Sample]) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """For each case and round the entry of one group, in all rounds the same group if it has them."""
    first: dict[object, str | None] = {}
    for entry in entries:
        first.setdefault(entry.case_key, entry.group)
    preferred = {
        (entry.case_key, entry.round): entry.group
        for entry in entries
        if entry.group == first[entry.case_key]
    }
    samples: list[Sample] = []
    others: list[Sample] = []
    for entry in entries:
        group = preferred.setdefault((entry.case_key, entry.round), entry.group)
        (samples if entry.group == group else others).append(entry)
    return tuple(samples), tuple(others)
