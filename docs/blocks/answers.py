"""What the published documents say in words, and a part of the table in the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blocks.pages import ROOT, BlockError
from blocks.published import Published
from concur.answers import decisions, doubts, headlines
from concur.answers.decision import Decision
from concur.answers.doubts import Doubt
from concur.commands import summary_table
from concur.documents.cases import Workload
from concur.documents.results import Document

# The width of the sample of the terminal. A page of GitHub shows more without a scroll bar.
COLUMNS = 100
LEFT_OUT = "..."


def cell(text: str) -> str:
    """A text as it may stand in a cell of a table."""
    return re.sub(r"([|*])", r"\\\1", " ".join(text.split()))


def sentence(text: str) -> str:
    """With a capital letter: the beginning of a line."""
    return text[:1].upper() + text[1:]


def evidence(decision: Decision, folder: str) -> str:
    """Links to the charts of the cases that support a decision, each case once."""
    found = {
        f"[{cell(one.text)}]({folder}compare_{one.workload.name}.png)": None for one in decision.evidence
    }
    return "; ".join(found)


def _headings() -> set[str]:
    """The models that have a section of their own."""
    return set(re.findall(r"^## (\w+)$", (ROOT / "docs/models.md").read_text(), re.MULTILINE))


def _names(doubt: Doubt) -> list[str]:
    return list(dict.fromkeys(workload.name for workload, _ in doubt.where))


@dataclass(frozen=True)
class Answers:
    published: Published

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By the names that templates use."""
        return {
            "decisions": self.decisions,
            "evidence": evidence,
            "doubts": self.doubts,
            "headline": self.headline,
            "terminal": self.terminal,
            "models_marked": self.models_marked,
            "workloads_of": lambda doubt: ", ".join(f"`{name}`" for name in _names(doubt)),
        }

    def decisions(self, document: str) -> list[Decision]:
        found = decisions.decisions(self.published.document(document))
        if not found:
            raise BlockError(f"{document}: the document has the cases of no decision")
        return found

    def doubts(self, document: str) -> list[Doubt]:
        return doubts.doubts(self.published.document(document))

    def models_marked(self, document: str, text: str, links_to: str = "") -> str:
        """A text for a cell, with names of models as code, or as links to the page that explains them."""
        names = self.published.document(document).families
        explained = _headings() if links_to else set()

        def marked(found: re.Match[str]) -> str:
            name = found[0]
            return f"[`{name}`]({links_to}#{name})" if name in explained else f"`{name}`"

        known = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        return re.sub(rf"(?<!\w)({known})(?!\w)", marked, cell(text))

    def headline(self, document: str, workload: str) -> str:
        """One sentence: what this workload shows."""
        return headlines.headline(self._workload(document, workload))

    def terminal(self, document: str, workload: str) -> str:
        """What summary.py prints of this workload, with its head, and without what stands between."""
        name = self._workload(document, workload).name
        lines = summary_table.lines(self.published.document(document), COLUMNS)
        head, *parts = "\n".join(line.rstrip() for line in lines).split("\n\n")
        columns = [part for part in parts if part.split()[:1] == ["ratio"]]
        figures = [part for part in parts if part.startswith(f"{name}, in ")]
        return "\n\n".join([head, LEFT_OUT, *columns, *figures])

    def _workload(self, document: str, name: str) -> Workload:
        whole: Document = self.published.document(document)
        for one in whole.workloads:
            if one.name == name:
                return one
        raise BlockError(f"{document}: no samples of the workload {name}")
