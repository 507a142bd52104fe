"""Launchers, in processes of their own: they find the interpreter that has what their program needs."""

import ast
import os
import subprocess
import sys

import pytest

from concur.commands import options
from programs import PLOT, ROOT, start

LAUNCHERS = sorted(options.READ)
# Those that are read by whatever python3 comes first on PATH.
OLD_SYNTAX = [
    *(PLOT / f"{name}.py" for name in [*LAUNCHERS, "interpreter"]),
    *(
        PLOT / "concur" / name
        for name in ("__init__.py", "commands/__init__.py", "commands/options.py", "commands/process.py")
    ),
]


def bare() -> tuple[str, ...]:
    """An interpreter without any installed package, and so without matplotlib."""
    return (sys.executable, "-S", "-s")


@pytest.fixture
def nowhere(tmp_path):
    """Environment in which no interpreter has the modules."""
    for module in ("matplotlib", "numpy"):
        (tmp_path / f"{module}.py").write_text("raise ImportError('broken')")
    return {"PYTHONPATH": str(tmp_path)}


def test_bare_interpreter_really_lacks_them(tmp_path):
    script = tmp_path / "probe.py"
    script.write_text("import numpy")
    assert start(script, python=bare()).returncode == 1


def test_plot_runs_again_where_matplotlib_is(tiny_file, tmp_path):
    more = ("--only", "compare_mandelbrot", "--format", "svg")
    done = start("plot.py", tiny_file, "-o", tmp_path / "charts", *more, python=bare())
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (tmp_path / "charts" / "compare_mandelbrot.svg").exists()


def test_summary_runs_again_where_numpy_is(tiny_file):
    done = start("summary.py", tiny_file, python=bare())
    assert done.returncode == 0, done.stderr
    assert "mandelbrot" in done.stdout


@pytest.mark.parametrize("name", ["plot.py", "summary.py"])
def test_nowhere_is_one_line(tiny_file, nowhere, name):
    done = start(name, tiny_file, **nowhere)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "apt install python3-" in done.stderr and "pip install" in done.stderr
    assert done.stdout == ""


def test_help_and_wrong_usage_need_no_matplotlib(nowhere):
    done = start("plot.py", "--help", **nowhere)
    assert done.returncode == 0
    assert "Draws the charts" in done.stdout
    done = start("plot.py", **nowhere)
    assert done.returncode == 2
    assert "usage: plot.py" in done.stderr


@pytest.mark.parametrize("name", LAUNCHERS)
def test_each_is_started_by_name_through_a_link_and_from_another_folder(tmp_path, name):
    link = tmp_path / "link"
    link.symlink_to(PLOT / f"{name}.py")
    done = subprocess.run([link, "--help"], cwd="/", capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: {name}.py" in done.stdout


@pytest.mark.parametrize("name", [*LAUNCHERS, "interpreter"])
def test_each_can_be_started_by_name(name):
    assert os.access(PLOT / f"{name}.py", os.X_OK)
    assert (PLOT / f"{name}.py").read_text().startswith("#!/usr/bin/env python3\n")


@pytest.mark.parametrize("path", OLD_SYNTAX, ids=lambda path: str(path.relative_to(PLOT)))
def test_what_an_old_python_reads_is_in_old_syntax(path):
    ast.parse(path.read_text(), feature_version=(3, 7))


def test_options_need_the_standard_library_only():
    code = (
        f"import sys; sys.path[0] = {str(PLOT)!r}; from concur.commands import options; print(*sys.modules)"
    )
    done = subprocess.run([*bare(), "-c", code], capture_output=True, text=True, timeout=100)
    names = {name.split(".")[0] for name in done.stdout.split()}
    assert "concur" in names, done.stderr
    assert names - {"concur", "__main__"} <= set(sys.stdlib_module_names)


def test_a_programs_exit_code_and_words_come_through(tmp_path):
    done = start("compare.py", tmp_path / "none.json", tmp_path / "none.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("compare.py: ") and done.stderr.count("\n") == 1


def test_a_reader_that_stops_early_is_no_error(tiny_file):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, PLOT / "summary.py", tiny_file]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=100)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_paths_count_from_where_the_tree_is():
    assert options.ROOT == ROOT
