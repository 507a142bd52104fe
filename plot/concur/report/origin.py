"""When and where a document was measured, in a few words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from concur.documents import environment, json_text, labels
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


def origin(document: Document, paths: tuple[Path, ...], output: Path) -> Origin:
    context: Mapping[str, Any] = json_text.parse(paths[0]).get("context", {})
    run = context.get("concur") or {}
    suite = run.get("suite")
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
        environment.read(paths[0]),
        tuple((address(path, output), path.name) for path in paths),
    )


def address(path: Path, output: Path) -> str:
    """The path as seen from the page, so that both can be moved together."""
    return quote(os.path.relpath(path.resolve(), output.resolve().parent))
