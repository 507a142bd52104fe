"""When and where a document was measured, in a few words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from concur.documents import environment, labels
from concur.documents.input_file import printable
from concur.documents.results import Document
from concur.documents.units import number_of

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    title: str
    # The date, the suite, the machine, and how often each case was measured.
    facts: tuple[str, ...]
    environment: Mapping[str, str]
    # Address and name of each document, as seen from the page.
    documents: tuple[tuple[str, str], ...]


def day(text: str) -> str:
    """27 November 2026; a date in another format stays as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def title(document: Document) -> str:
    """10 models in 26 cases on AMD EPYC, 2 CPUs"""
    noun = "benchmarks" if document.is_foreign else "models"
    models = len({series.model for workload in document.workloads for series in workload.series})
    cases = sum(len(workload.cases) for workload in document.workloads)
    # The name of the machine stands for its CPUs where these have none.
    this = document.origin
    where = ", ".join(filter(None, [this.cpu or this.host, labels.cpus(this)]))
    what = f"{number_of(noun, models)} in {number_of('cases', cases)}"
    return f"{what} on {where}" if where else what


def origin(document: Document, output: Path) -> Origin:
    context = document.context
    run = context.get("concur")
    suite = run.get("suite") if isinstance(run, dict) else None
    this = document.origin
    facts = (
        day(str(context.get("date", ""))),
        f"suite {suite}" if suite else "",
        this.kernel and f"Linux {this.kernel}",
        this.compiler,
        this.placement and f"placement {this.placement}",
        labels.sets(document, "no intervals"),
        this.library if document.is_foreign else f"concur {document.version}",
    )
    return Origin(
        title(document),
        tuple(filter(None, facts)),
        environment.of(document),
        # What came through a pipe has no address.
        tuple(
            (address(path, output), str(printable(path.name))) for path in document.paths if path.is_file()
        ),
    )


def address(path: Path, output: Path) -> str:
    """The path as seen from the page, so that both can be moved together."""
    return quote(os.fsencode(os.path.relpath(path.resolve(), output.resolve().parent)))
