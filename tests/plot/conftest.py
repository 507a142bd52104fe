"""Documents and figures that are made once for all tests, and a way to call the programs."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import synthetic
from drawn import Kept, figures
from machine import LATER_MODELS, MODELS
from programs import Done, call

SMALL = ("primes", "mandelbrot", "timers", "echo")
SERVED = {name: MODELS[name] for name in ("serial", "thread_per_task", "coroutine", "epoll")}


def pytest_configure(config: pytest.Config) -> None:
    # A program would print these, and none should; what a library calls deprecated it would not print.
    config.addinivalue_line("filterwarnings", "error")
    config.addinivalue_line("filterwarnings", "default::DeprecationWarning")
    config.addinivalue_line("filterwarnings", "default::PendingDeprecationWarning")
    # Figures are many small objects that refer to each other: to look for garbage among them all the time
    # takes a quarter of the time of drawing.
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session")
def small() -> Any:
    """Three rounds of some workloads; not to be changed."""
    return synthetic.document(rounds=3, only=SMALL)


@pytest.fixture(scope="session")
def tiny() -> Any:
    """One round of two models, for tests that want any document; not to be changed."""
    models = {name: MODELS[name] for name in ("serial", "epoll")}
    return synthetic.document(rounds=1, models=models, only=("mandelbrot", "timers"))


@pytest.fixture(scope="session")
def served() -> Any:
    """A server under offered load, and tasks that wait, with system calls counted; not to be changed."""
    return synthetic.document(rounds=5, models=SERVED, only=("park", "open_echo"), counted=True)


def write(made: Any, folder: Path) -> Path:
    path = folder / "results.json"
    path.write_text(json.dumps(made))
    return path


@pytest.fixture(scope="session")
def small_file(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(small, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def tiny_file(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tiny, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def served_charts(served: Any) -> Kept:
    return figures(served)


@pytest.fixture(scope="session")
def crowded_charts() -> Kept:
    """The charts in which all models have to find room beside each other."""
    made = synthetic.document(rounds=2, models={**MODELS, **LATER_MODELS}, only=("primes",))
    return figures(made, "overview", "compare", "grain")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Calls a program in this process."""

    def in_process(program: str, *arguments: object) -> Done:
        capsys.readouterr()
        code = call(program, arguments)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return in_process
