"""Makes the page: gathers its parts, and fills the templates in the folder `page`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from concur.answers.decision import Decision
from concur.answers.decisions import decisions
from concur.answers.doubts import Doubt, banner, doubts
from concur.documents.cases import main_rows
from concur.documents.results import Document
from concur.report import glossary, judged, matrix, sections
from concur.report.anchors import Anchors
from concur.report.embedded import Embedded
from concur.report.judged import Compare, Findings
from concur.report.matrix import Matrix
from concur.report.origin import Origin, origin
from concur.report.sections import MemoryOfWorkload, Section
from concur.statistics.measures import MEASURES, Measure, measures_of

FOLDER = Path(__file__).resolve().parent / "page"
MARGINS = (0, 2, 5, 10)


@dataclass(frozen=True)
class Inputs:
    """What the page is made from."""

    document: Document
    output: Path
    findings: Path | None = None
    against: Path | None = None


@dataclass(frozen=True)
class Page:
    """All that the templates show."""

    origin: Origin
    banner: str
    decisions: tuple[Decision, ...]
    doubts: tuple[Doubt, ...]
    matrix: Matrix
    sections: tuple[Section, ...]
    memory: tuple[MemoryOfWorkload, ...]
    findings: Findings | None
    compare: Compare | None
    glossary: tuple[tuple[str, str], ...]
    # The models of this page, with what each is.
    models_in_words: tuple[tuple[str, str], ...]
    anchors: Anchors
    measures: tuple[Measure, ...]
    margins: tuple[int, ...]
    # What a row of the table is: a model or a benchmark.
    noun: str
    # What one observation is: sets, repetitions of one process.
    observations: str
    # Whether some case has a baseline.
    has_ratios: bool
    data: Markup
    style: Markup
    script: Markup


def gather(inputs: Inputs) -> Page:
    """Raises DocumentError and FindingsError."""
    document = inputs.document
    anchors = Anchors(document.workloads)
    rows = main_rows(document.workloads)
    models = {row.model: index for index, row in enumerate(rows)}
    made = sections.Sections(document, anchors, models)
    known = {m.key for w in document.workloads for case in w.cases for m in measures_of(case)}
    return Page(
        origin=origin(document, inputs.output),
        banner=banner(document),
        decisions=tuple(decisions(document)),
        doubts=tuple(doubts(document)),
        matrix=matrix.matrix(document, rows, anchors),
        sections=made.all(),
        memory=sections.memory(made),
        findings=None if inputs.findings is None else judged.findings(document, inputs.findings),
        compare=None if inputs.against is None else judged.compare(inputs.against, document),
        glossary=glossary.WORDS,
        models_in_words=tuple(
            (row.model, said)
            for row in main_rows(document.workloads)
            if (said := document.summaries.get(row.model))
        ),
        anchors=anchors,
        measures=tuple(measure for measure in MEASURES.values() if measure.key in known),
        margins=MARGINS,
        noun="benchmark" if document.is_foreign else "model",
        observations=document.observations,
        has_ratios=any(case.baseline is not None for w in document.workloads for case in w.cases),
        # These three stand in the page as they are: they are ours, or have no character that ends a script.
        data=Markup(Embedded(document, rows, anchors, MARGINS).text()),
        style=Markup((FOLDER / "style.css").read_text(encoding="utf-8")),
        script=Markup((FOLDER / "script.js").read_text(encoding="utf-8")),
    )


def render(page: Page) -> str:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(page=page)
