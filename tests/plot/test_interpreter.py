"""The interpreter that has the modules is found by really importing them."""

import os
import sys
from pathlib import Path

import pytest

import interpreter
from programs import start


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def working(path: Path) -> Path:
    """Runs the real interpreter, and so has what that has."""
    return program(path, f'#!/bin/sh\nexec {sys.executable} "$@"\n')


def lacking(path: Path) -> Path:
    """Claims to be Python, and can import nothing."""
    return program(path, "#!/bin/sh\nexit 1\n")


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    """No choice, no virtual environment, an empty PATH."""
    for name in ("PYTHON", "VIRTUAL_ENV", interpreter.GUARD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def test_order_of_candidates(nothing, monkeypatch, tmp_path):
    chosen = working(tmp_path / "chosen")
    venv = working(tmp_path / "venv" / "bin" / "python3")
    first = working(tmp_path / "a" / "python3")
    second = working(tmp_path / "b" / "python3")
    monkeypatch.setenv("PYTHON", str(chosen))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
    # The same folder twice, and one that does not exist.
    path = os.pathsep.join(str(tmp_path / name) for name in ("a", "none", "b", "a"))
    monkeypatch.setenv("PATH", path)
    found = list(interpreter.candidates())
    assert found[:4] == [str(chosen), str(venv), str(first), str(second)]
    assert found[4:] in ([], ["/usr/bin/python3"])


def test_the_first_that_imports_is_taken(nothing, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHON", str(lacking(tmp_path / "chosen")))
    lacking(tmp_path / "a" / "python3")
    good = working(tmp_path / "b" / "python3")
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]))
    assert interpreter.find(["numpy"]) == str(good)


def test_a_choice_that_works_comes_first(nothing, monkeypatch, tmp_path):
    chosen = working(tmp_path / "chosen")
    working(tmp_path / "a" / "python3")
    monkeypatch.setenv("PATH", str(tmp_path / "a"))
    monkeypatch.setenv("PYTHON", str(chosen))
    assert interpreter.find(["numpy"]) == str(chosen)


def test_files_that_cannot_run_are_no_candidates(nothing, monkeypatch, tmp_path):
    (tmp_path / "python3").write_text("not executable")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(tmp_path / "python3") not in list(interpreter.candidates())


def test_all_modules_must_import():
    assert interpreter.imports(sys.executable, ["json", "numpy"])
    assert not interpreter.imports(sys.executable, ["json", "no_such_module"])
    assert not interpreter.imports("/does/not/exist", [])


def test_an_old_interpreter_does_not_count(monkeypatch):
    monkeypatch.setattr(interpreter, "OLDEST", (9, 0))
    assert not interpreter.imports(sys.executable, ["json"])


def test_a_namesake_in_the_current_folder_does_not_count(monkeypatch, tmp_path):
    (tmp_path / "no_such_module.py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert not interpreter.imports(sys.executable, ["no_such_module"])


def test_program_prints_the_path():
    done = start("interpreter.py", "json", PYTHON=sys.executable)
    assert (done.returncode, done.stdout.strip()) == (0, sys.executable)


def test_program_asks_for_matplotlib_and_numpy_by_itself(tmp_path):
    # An interpreter whose matplotlib is broken does not count, though it is installed.
    (tmp_path / "matplotlib.py").write_text("raise ImportError('broken')")
    done = start("interpreter.py", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    # Debian's interpreter has numpy, if this is that one.
    assert "apt install python3-matplotlib" in done.stderr
    assert "pip install matplotlib numpy" in done.stderr
    assert done.stdout == ""
