"""Builds and runs examples/my_model with an installed concur, like a reader of docs/extending.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench")).parent


def call(*words: object) -> subprocess.CompletedProcess[str]:
    command = [str(word) for word in words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def cached(name: str, build: Path = BUILD) -> str:
    lines = (build / "CMakeCache.txt").read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}:"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extending")
    call("cmake", "--install", BUILD, "--prefix", folder / "concur")
    options = {
        "CMAKE_PREFIX_PATH": folder / "concur",
        "CMAKE_CXX_COMPILER": cached("CMAKE_CXX_COMPILER"),
    }
    definitions = [f"-D{name}={value}" for name, value in options.items()]
    call("cmake", "-S", ROOT / "examples/my_model", "-B", folder / "build", *definitions)
    call("cmake", "--build", folder / "build")
    return folder / "build/my_bench"


def test_it_is_as_short_as_its_page_says() -> None:
    files = sorted((ROOT / "examples/my_model").iterdir())
    assert [path.name for path in files] == ["CMakeLists.txt", "my_bench.cpp"]
    assert sum(len(path.read_text().splitlines()) for path in files) < 60
    assert "of fewer than sixty lines" in (ROOT / "docs/extending.md").read_text()


def test_it_is_compared_as_it_would_be_used(program: Path) -> None:
    assert cached("CMAKE_BUILD_TYPE", program.parent) == "Release"


def test_it_measures_its_own_beside_ours_and_gets_its_charts(program: Path, tmp_path: Path) -> None:
    out = tmp_path / "my.json"
    cases = ("collatz/impatient", "collatz/epoll", "primes/impatient/grain_us:1")
    words = [f"--case={case}" for case in cases]
    call(program, *words, "--benchmark_repetitions=3", f"--benchmark_out={out}")
    document = json.loads(out.read_text())
    samples = [entry["concur"] for entry in document["benchmarks"] if entry["run_type"] == "iteration"]
    assert [sample["outcome"] for sample in samples] == ["ok"] * 9
    assert "impatient" in {model["name"] for model in document["context"]["concur"]["models"]}
    plot = program.parents[1] / "concur/share/concur/plot/plot.py"
    call(sys.executable, plot, out, "-o", tmp_path / "charts", "--format", "svg")
    drawn = {path.name for path in (tmp_path / "charts").iterdir()}
    assert {"overview.svg", "compare_collatz.svg", "compare_primes.svg"} <= drawn


def test_what_is_installed_runs(program: Path) -> None:
    binaries = program.parents[1] / "concur/bin"
    for name in ("bench_cpu", "bench_io", "serve"):
        assert "--model" in call(binaries / name, "--help").stdout


def test_the_installed_report_has_its_templates(program: Path, tmp_path: Path) -> None:
    report = program.parents[1] / "concur/share/concur/plot/report.py"
    call(sys.executable, report, ROOT / "results/reference/quick.json", "-o", tmp_path / "x.html")
    assert "<h1>" in (tmp_path / "x.html").read_text()
