"""What the documentation says of models and workloads is what this build says of itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from blocks import descriptions, pages
from blocks.pages import ROOT, TABLE, BlockError

BINARIES = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench"))
PAGES = [
    page for page in pages.pages() if any(block.kind == TABLE for block in pages.blocks(page.read_text()))
]


@pytest.fixture(scope="module")
def description() -> Any:
    return descriptions.describe(BINARIES / "bench_cpu")


def test_the_tables_are_those_of_this_build(description: Any) -> None:
    if missing := descriptions.absent(description):
        pytest.skip(f"this build has no {', '.join(missing)}: their libraries are not installed")
    table = descriptions.tables(description)
    for page in PAGES:
        text = page.read_text()
        made = pages.filled(text, lambda block: table(block.name) if block.kind == TABLE else None)
        assert pages.different(text, made) == [], "run docs/update.py"


def test_each_table_stands_on_one_page() -> None:
    names = [block.name for page in PAGES for block in pages.blocks(page.read_text()) if block.kind == TABLE]
    assert names == ["models", "workloads"]


def test_every_model_has_its_paragraph(description: Any) -> None:
    lines = (ROOT / "docs/models.md").read_text().splitlines()
    told = {name.strip() for line in lines if line.startswith("## ") for name in line[3:].split(",")}
    models = {model["name"] for model in description["models"] if model["family"] != "native"}
    assert models - told == set()


def test_a_model_is_described_by_its_carrier_and_its_wait_mechanism() -> None:
    model = {"name": "m", "family": "loops", "carrier": "a table", "wait_mechanism": "poll", "summary": "s"}
    table = descriptions.tables({"models": [model, {**model, "family": "native"}], "workloads": []})
    assert table("models").splitlines()[2:] == ["| `m` | loops | a table | poll | s |"]


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(BlockError, match="no table 'suites'; there are: models, workloads"):
        descriptions.tables({"models": [], "workloads": []})("suites")


def test_a_build_without_some_models_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "bench_cpu"
    program.write_text(
        """#!/bin/sh\necho '{"models": [{"name": "libuv", "carrier": ""}], "workloads": []}'\n"""
    )
    program.chmod(0o755)
    assert descriptions.absent(descriptions.describe(program)) == ["libuv"]
    with pytest.raises(BlockError, match="this build has no libuv"):
        descriptions.complete(program)
    with pytest.raises(BlockError, match="build it first"):
        descriptions.describe(tmp_path / "absent")
