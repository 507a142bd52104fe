"""What can be said of a finding, and when an interval says it."""

from __future__ import annotations

from dataclasses import dataclass

from concur.findings.definitions import Finding
from concur.statistics.intervals import Estimate

CONFIRMED, NOT_APPLICABLE, INCONCLUSIVE, REFUTED = "confirmed", "not applicable", "inconclusive", "refuted"
# From best to worst.
VERDICTS = (NOT_APPLICABLE, CONFIRMED, INCONCLUSIVE, REFUTED)
# So few rounds refute nothing.
ROUNDS_LEAST = 5

Found = tuple[str, Estimate | None]


@dataclass(frozen=True)
class Part:
    """One claim about one figure."""

    what: str
    verdict: str
    estimate: Estimate | None
    claim: str
    reason: str = ""


@dataclass(frozen=True)
class Judgement:
    finding: Finding
    verdict: str
    parts: tuple[Part, ...]
    rounds: int
    # Round by round, what disturbed it.
    contaminated: dict[int, str]

    @property
    def worst(self) -> Part | None:
        """The part that decided, with its figure."""
        deciding = [part for part in self.parts if part.verdict == self.verdict]
        return deciding[0] if deciding else None


class Unusable(Exception):
    """Why a case has no figure, and what that means for its finding."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


def decide(estimate: Estimate, above: float | None, below: float | None) -> Found:
    too_low = above is not None and estimate.high < above
    too_high = below is not None and estimate.low > below
    if too_low or too_high:
        return REFUTED, estimate
    holds = (above is None or estimate.low >= above) and (below is None or estimate.high <= below)
    return (CONFIRMED if holds else INCONCLUSIVE), estimate


def settled(verdict: str, clean: bool) -> str:
    """Rounds that others disturbed refute nothing."""
    return INCONCLUSIVE if verdict == REFUTED and not clean else verdict
