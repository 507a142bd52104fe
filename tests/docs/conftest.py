"""A results document of invented figures, as a folder of published documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import synthetic
from blocks.figures import Figures
from blocks.published import Published
from machine import MODELS

CHOSEN = ("serial", "thread_per_task", "thread_pool", "coroutine", "select", "epoll")


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """quick.json: some models in turns; whole.json: the same in whole samples."""
    folder = tmp_path_factory.mktemp("reference")
    models = {name: MODELS[name] for name in CHOSEN}
    for name, turns in (("quick", True), ("whole", False)):
        made = synthetic.document(rounds=6, models=models, only=("echo", "park", "primes"), turns=turns)
        (folder / f"{name}.json").write_text(json.dumps(made))
    return folder


@pytest.fixture(scope="session")
def functions(documents: Path) -> dict[str, Callable[..., Any]]:
    return Figures(Published(documents)).functions()
