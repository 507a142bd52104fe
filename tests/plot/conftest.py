"""Documents and a way to run the programs, shared by the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import synthetic

ROOT = Path(__file__).resolve().parents[2]
PLOT = ROOT / "plot"
SMALL = ("primes", "mandelbrot", "timers", "echo")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def small() -> Any:
    """Three rounds of some workloads; not to be changed."""
    return synthetic.document(rounds=3, only=SMALL)


@pytest.fixture(scope="session")
def small_file(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents") / "small.json"
    path.write_text(json.dumps(small))
    return path


@pytest.fixture
def run() -> Run:
    """Runs a program of plot/ in a process of its own."""

    def start(
        program: str, *arguments: object, python: tuple[str, ...] = (sys.executable,), **env: str
    ) -> Any:
        return subprocess.run(
            [*python, str(PLOT / program), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, **env},
        )

    return start
