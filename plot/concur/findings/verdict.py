"""The verdicts on a finding, and the rules that turn an interval into a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from concur.findings.definitions import Finding
from concur.statistics.intervals import Estimate

CONFIRMED, NOT_APPLICABLE, INCONCLUSIVE, REFUTED = "confirmed", "not applicable", "inconclusive", "refuted"
# From best to worst.
VERDICTS = (NOT_APPLICABLE, CONFIRMED, INCONCLUSIVE, REFUTED)
# With fewer sets a finding is neither confirmed nor refuted.
SETS_LEAST = 5

Found = tuple[str, Estimate | None]


@dataclass(frozen=True)
class Part:
    """A claim about one figure, and the verdict on it."""

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
    sets: int
    # The disturbed sets by their rounds, with the reasons.
    disturbed_rounds: dict[int, str]
    # What disturbed them, as a range over all sets.
    disturbance: str = ""

    @property
    def worst(self) -> Part | None:
        """The first part that has the verdict of the finding."""
        deciding = [part for part in self.parts if part.verdict == self.verdict]
        return deciding[0] if deciding else None


class Unusable(Exception):
    """A case has no figure: the text says why, and the verdict is that on its part."""

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
    """If most sets were disturbed, a finding is not refuted."""
    return INCONCLUSIVE if verdict == REFUTED and not clean else verdict
