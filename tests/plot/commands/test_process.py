"""The programs as processes: their standard descriptors, readers that stop early, and signals."""

import fcntl
import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import synthetic
from concur.commands import options, process
from entries import TRUE, write
from programs import PLOT, ROOT, start

PROGRAMS = sorted(options.READ)
# A generous limit, which only ends a test that hangs.
LIMIT_S = 100


def arguments(program, document, folder):
    """A call of this program that writes into the folder."""
    findings = write(folder / "f.toml", TRUE)
    return {
        "plot": [document, "-o", folder / "charts", "--only", "overview", "--format", "svg"],
        "history": [document, "-o", folder / "charts", "--format", "svg"],
        "summary": [document],
        "report": [document, "-o", folder / "report.html", "--findings", findings],
        "compare": [ROOT / "results/reference/quick.json", document, "--all"],
        "export": [document, "-o", folder / "exported.json"],
        "findings": ["judge", document, "--findings", findings],
    }[program]


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """It has cases in common with the published one, of which compare.py prints a line each."""
    made = json.loads((ROOT / "results/reference/quick.json").read_text())
    path = tmp_path_factory.mktemp("process") / "results.json"
    path.write_text(
        json.dumps(synthetic.changed(made, synthetic.leave, lambda one: one["workload"] == "noop"))
    )
    return path


@pytest.fixture
def begin():
    """Starts a program; ends it if the test has not."""
    begun = []

    def popen(program, given, **how):
        command = [sys.executable, PLOT / f"{program}.py", *map(str, given)]
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
        begun.append(subprocess.Popen(command, **how))
        return begun[-1]

    yield popen
    for one in begun:
        one.kill()
        one.communicate()


@pytest.mark.parametrize("encoding", ["ascii", "koi8-r", "euc-jp", "utf-16"])
@pytest.mark.parametrize("program", ["summary", "compare", "findings"])
def test_terminals_of_any_encoding(document, tmp_path, program, encoding):
    command = [sys.executable, PLOT / f"{program}.py", *arguments(program, document, tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        timeout=LIMIT_S,
        env={**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "100"},
    )
    assert done.returncode in (0, 1) and done.stderr.decode(encoding) == ""
    said = done.stdout.decode(encoding)
    if program == "summary":
        assert ("1.00×" if encoding in ("euc-jp", "utf-16") else "1.00x") in said and "?" not in said
        # The columns stay below each other.
        assert max(map(len, said.splitlines())) <= 100


def test_what_we_print_beside_ascii_has_a_replacement():
    found = set()
    for path in (PLOT / "concur").rglob("*.py"):
        if "report" not in path.parts:
            found |= set(re.findall(r"[^\x00-\x7f]", path.read_text()))
    assert "×" in found and found <= set(process.SIMILAR)
    assert all(text.isascii() and len(text) == 1 for text in process.SIMILAR.values())


def test_a_name_that_is_no_text_goes_out_as_it_came_in(document, tmp_path):
    name = os.fsencode(tmp_path) + b"/gr\xf6\xdfe.json"
    os.rename(document, name)
    try:
        command = [sys.executable, PLOT / "export.py", name]
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_S)
    finally:
        os.rename(name, document)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == os.fsencode(tmp_path) + b"/gr\xf6\xdfe.github-action.json\n"
    assert os.path.exists(done.stdout.rstrip(b"\n"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_reader_that_stops_early_is_no_error(document, tmp_path, begin, program):
    reading, writing = os.pipe()
    os.close(reading)
    running = begin(program, arguments(program, document, tmp_path), stdout=writing)
    os.close(writing)
    _, said = running.communicate(timeout=LIMIT_S)
    assert (running.returncode, said) == (0, "")
    written = {"plot": "charts/overview.svg", "history": "charts/history_noop.svg", "report": "report.html"}
    if program in written:
        assert (tmp_path / written[program]).stat().st_size > 0


def test_help_may_be_cut_off_too(begin):
    reading, writing = os.pipe()
    os.close(reading)
    running = begin("compare", ["--help"], stdout=writing)
    os.close(writing)
    assert running.communicate(timeout=LIMIT_S)[1] == "" and running.returncode == 0


@pytest.mark.parametrize("program", ["summary", "plot"])
def test_a_full_disk_is_one_line(document, tmp_path, begin, program):
    with open("/dev/full", "w") as full:
        running = begin(program, arguments(program, document, tmp_path), stdout=full)
    assert running.communicate(timeout=LIMIT_S)[1] == (
        f"{program}.py: standard output cannot be written: No space left on device\n"
    )
    assert running.returncode == process.CANNOT_PRINT


@pytest.mark.parametrize("program", ["plot", "export"])
@pytest.mark.parametrize("closed", [(0, 1, 2), (1,), (2,)])
def test_no_file_gets_the_number_of_a_closed_descriptor(document, tmp_path, program, closed):
    """What is printed would go into this file."""
    closing = " ".join(f"{number}>&-" for number in closed)
    command = ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, PLOT / f"{program}.py"]
    command += arguments(program, document, tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0 and done.stderr == ""
    if program == "plot":
        assert (tmp_path / "charts/overview.svg").read_text().startswith("<?xml")
    else:
        json.loads((tmp_path / "exported.json").read_text())


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ended_by(running, number):
    running.send_signal(number)
    _, said = running.communicate(timeout=LIMIT_S)
    assert said == ""
    return running.returncode


@pytest.mark.parametrize("program, number", [(name, SIGNALS[i % 3]) for i, name in enumerate(PROGRAMS)])
def test_a_signal_ends_each_program(tmp_path, begin, program, number):
    """While it waits for its document."""
    pipe = tmp_path / "document"
    os.mkfifo(pipe)
    running = begin(program, arguments(program, pipe, tmp_path))
    # This waits until the program has opened it.
    with pipe.open("w"):
        assert ended_by(running, number) == 128 + number
    assert sorted(one.name for one in tmp_path.iterdir()) == ["document", "f.toml"]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_program_whose_reader_has_stopped_reading(begin, number):
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, 4096)
    running = begin("summary", [ROOT / "results/reference/quick.json", "--all"], stdout=writing)
    os.close(writing)
    # It has begun to print, and this pipe takes less than it will.
    assert os.read(reading, 1)
    assert ended_by(running, number) == 128 + number
    os.close(reading)


def test_charts_that_are_drawn_already_stay(document, tmp_path, begin):
    folder = tmp_path / "charts"
    running = begin("plot", [document, "-o", folder, "--format", "svg"])
    first = running.stdout.readline().rstrip("\n")
    assert ended_by(running, signal.SIGTERM) == 128 + signal.SIGTERM
    assert Path(first).exists()
    for path in folder.iterdir():
        assert path.suffix == ".svg" and path.read_text().endswith("</svg>\n"), path


def test_an_output_whose_reader_has_stopped_reading(document, tmp_path, begin):
    pipe = tmp_path / "exported"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    size = fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, 4096)
    running = begin("export", [document, "-o", pipe])
    # It has begun to write, and the pipe takes less than it will.
    assert select.select([reading], [], [], LIMIT_S)[0]
    assert ended_by(running, signal.SIGTERM) == 128 + signal.SIGTERM
    assert len(os.read(reading, 10 * size)) == size and pipe.is_fifo()
    os.close(reading)


def test_ignored_signals_stay_ignored(document, tmp_path, begin):
    """As nohup has it."""
    pipe = tmp_path / "document"
    os.mkfifo(pipe)
    running = begin("summary", [pipe], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    with pipe.open("w") as file:
        running.send_signal(signal.SIGHUP)
        file.write(document.read_text())
    said, errors = running.communicate(timeout=LIMIT_S)
    assert (running.returncode, errors) == (0, "") and "noop" in said


def test_a_signal_while_another_interpreter_is_started(document, tmp_path):
    """It stays pending, and the new interpreter ends by it."""
    code = f"""
import os, signal, sys
sys.path[0] = {str(PLOT)!r}
import interpreter
execv = os.execv
def exec_after_signal(path, argv):
    os.kill(os.getpid(), signal.SIGTERM)
    execv(path, argv)
os.execv = exec_after_signal
sys.argv = [{str(PLOT / "summary.py")!r}, {str(document)!r}]
interpreter.start("summary", ["numpy"])
"""
    done = subprocess.run(
        [sys.executable, "-S", "-s", "-c", code], capture_output=True, text=True, timeout=LIMIT_S
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGTERM, "", "")


def test_wrong_usage_keeps_its_exit_code(tmp_path):
    assert start("summary.py").returncode == 2
    assert start("summary.py", tmp_path / "none.json").returncode == 1
