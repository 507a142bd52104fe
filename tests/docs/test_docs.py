"""What the documentation says of models and workloads is what this build says of itself."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench"))


def load(path: Path) -> Any:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


update_tables = load(ROOT / "docs/update_tables.py")


@pytest.fixture(scope="module")
def description() -> Any:
    done = subprocess.run(
        [BINARIES / "bench_cpu", "--describe"], capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("page", update_tables.PAGES)
def test_the_tables_are_those_of_this_build(description: Any, page: str) -> None:
    missing = update_tables.absent(description)
    if missing:
        pytest.skip(f"this build has no {', '.join(missing)}: their libraries are not installed")
    text = (ROOT / page).read_text()
    assert update_tables.TABLE.search(text)
    assert text == update_tables.updated(text, update_tables.tables(description)), "run docs/update_tables.py"


def test_every_model_has_its_paragraph(description: Any) -> None:
    lines = (ROOT / "docs/models.md").read_text().splitlines()
    told = {name.strip() for line in lines if line.startswith("## ") for name in line[3:].split(",")}
    models = {model["name"] for model in description["models"] if model["family"] != "native"}
    assert models - told == set()


def test_a_model_is_described_by_its_carrier_and_its_wait_mechanism() -> None:
    model = {"name": "m", "family": "loops", "carrier": "a table", "wait_mechanism": "poll", "summary": "s"}
    made = update_tables.tables({"models": [model, {**model, "family": "native"}], "workloads": []})
    assert made["models"].splitlines()[2:] == ["| `m` | loops | a table | poll | s |"]


def test_a_table_that_lacks_a_row_is_stale() -> None:
    made = {"models": "| a |\n"}
    text = "before\n<!-- table:models -->\n<!-- end of table -->\nafter\n"
    assert update_tables.updated(text, made) == text.replace("-->\n<!--", "-->\n| a |\n<!--")
