"""What the published documents say in words, as templates get it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocks.answers import Answers, cell, evidence, sentence
from blocks.pages import BlockError
from blocks.published import Published
from concur.answers import decisions, doubts, headlines
from concur.commands import summary_table
from concur.documents.results import load

Functions = dict[str, Callable[..., Any]]


def test_decisions_and_doubts_are_those_of_the_report(functions: Functions, documents: Path) -> None:
    document = load(documents / "quick.json")
    expected = [(one.key, one.situation, one.choose) for one in decisions.decisions(document)]
    found = [(one.key, one.situation, one.choose) for one in functions["decisions"]("quick")]
    assert found == expected and found
    assert [one.what for one in functions["doubts"]("quick")] == [one.what for one in doubts.doubts(document)]


def test_a_document_without_decisions_is_an_error(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "decisions", lambda document: [])
    with pytest.raises(BlockError, match="quick: the document has the cases of no decision"):
        functions["decisions"]("quick")


def test_a_headline_is_that_of_its_workload(functions: Functions, documents: Path) -> None:
    workloads = {one.name: one for one in load(documents / "quick.json").workloads}
    assert functions["headline"]("quick", "park") == headlines.headline(workloads["park"])
    with pytest.raises(BlockError, match="quick: no samples of the workload http"):
        functions["headline"]("quick", "http")


def test_the_terminal_shows_one_workload_as_summary_does(functions: Functions, documents: Path) -> None:
    whole = list(summary_table.lines(load(documents / "quick.json"), 100))
    part = functions["terminal"]("quick", "park").splitlines()
    assert any(line.startswith("park, in tasks") for line in part)
    assert not any(line.startswith("echo, in") for line in part)
    assert set(part) - {"..."} <= {line.rstrip() for line in whole}
    assert part[0] == whole[0] and any(line.split()[:2] == ["ratio", "95"] for line in part)
    assert max(map(len, part)) <= 100


def test_evidence_names_each_case_once(functions: Functions) -> None:
    one = functions["decisions"]("quick")[0]
    twice = evidence(one, "charts/")
    assert twice.count("charts/compare_primes.png") == len({place.text for place in one.evidence})


def test_names_of_models_are_code_or_links(documents: Path) -> None:
    marked = Answers(Published(documents)).models_marked
    assert marked("quick", "epoll beats thread_per_task") == "`epoll` beats `thread_per_task`"
    assert marked("quick", "use epoll", "m.md") == "use [`epoll`](m.md#epoll)"
    # A part of a longer name is no name.
    assert marked("quick", "open_epoll, epolls, coroutines") == "open_epoll, epolls, coroutines"


def test_a_text_for_a_cell_breaks_no_table() -> None:
    assert cell("2 tasks (cpus) | 16*cpus\nmore") == r"2 tasks (cpus) \| 16\*cpus more"
    assert sentence("throughput and p99") == "Throughput and p99"


def test_workloads_of_a_doubt_are_named_once(functions: Functions) -> None:
    wide = [one for one in functions["doubts"]("quick") if len(one.where) > 1]
    for one in wide:
        names = functions["workloads_of"](one).split(", ")
        assert len(names) == len(set(names)) > 0
