"""One row of the table of decisions."""

from __future__ import annotations

from dataclasses import dataclass

from concur.answers.situations import Place


@dataclass(frozen=True)
class Decision:
    key: str
    # The parts of a row: texts without a full stop.
    situation: str
    choose: str
    cost: str
    no_difference_if: str
    # The cases that support it.
    evidence: tuple[Place, ...]


def parts(*texts: str) -> str:
    return "; ".join(filter(None, texts))
