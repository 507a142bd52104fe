"""Pages that are made once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import html_page
from concur.documents import results
from concur.report import render
from html_page import Element
from programs import ROOT

REFERENCE = ROOT / "results/reference/quick.json"
FINDINGS = ROOT / "results/findings.toml"


def page_of(path: Path, document: results.Document | None = None, **more: Path) -> str:
    inputs = render.Inputs(document or results.load(path), path.with_suffix(".html"), **more)
    return render.render(render.gather(inputs))


@pytest.fixture(scope="session")
def make_page() -> Callable[..., str]:
    return page_of


@pytest.fixture(scope="session")
def quick_text() -> str:
    """The page of the published document."""
    return page_of(REFERENCE, findings=FINDINGS)


@pytest.fixture(scope="session")
def quick(quick_text: str) -> Element:
    return html_page.read(quick_text)


@pytest.fixture(scope="session")
def small_text(small_file: Path) -> str:
    return page_of(small_file)


@pytest.fixture(scope="session")
def small_page(small_text: str) -> Element:
    return html_page.read(small_text)
