"""The runner finds errors before it runs or writes anything, and says in one line what to do."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
from typing import Any

import pytest
from conftest import PATIENCE_S, RUNNER, SUITE, Bench


def refused(bench: Bench, *arguments: Any, **options: Any) -> str:
    done = bench.run(*arguments, **options)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("suite_runner: ")
    assert bench.calls() == []
    assert not bench.output.exists()
    assert bench.left_behind() == []
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fast"], "--fast"),
        (["--rounds", "0"], "--rounds"),
        (["--rounds", "few"], "--rounds"),
        (["--time-limit", "0"], "--time-limit"),
        (["--placement", "afar"], "afar"),
        (["--model", "kqueue"], "unknown model 'kqueue'; there are: serial"),
        (
            ["--model", "select"],
            "suite 'small' has no model 'select'; it has: epoll, poll, serial, thread_pool",
        ),
        (["--workload", "sorting"], "unknown workload 'sorting'; there are: noop"),
        (["--filter", "no such case"], "no case of suite 'small' is left"),
        (["--filter", "("], "--filter '(' is not a regular expression"),
        (["--without", "("], "--without '(' is not a regular expression"),
        (["--without", "/"], "no case of suite 'small' is left"),
        (["--resume", "missing.json"], "cannot read missing.json"),
    ],
)
def test_arguments(bench: Bench, arguments: list[str], message: str) -> None:
    assert message in refused(bench, bench.suite, *arguments)


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("slow", "unknown suite 'slow'; there are: full, "),
        ("missing.json", "cannot read missing.json"),
        (".json/", ".json/"),
    ],
)
def test_suites(bench: Bench, suite: str, message: str) -> None:
    assert message in refused(bench, suite)


@pytest.mark.parametrize("text", ["", "{", '{"name": "small",', "not json at all"])
def test_a_torn_suite(bench: Bench, text: str) -> None:
    bench.suite.write_text(text)
    said = refused(bench, bench.suite, "-o", bench.output)
    assert "small.json is not complete JSON" in said


def test_a_suite_with_a_fault_names_file_and_place(bench: Bench) -> None:
    bench.write_suite(SUITE | {"cases": [{"workload": "primes", "arguments": {"task": 8}}]})
    said = refused(bench, bench.suite, "-o", bench.output)
    assert f"{bench.suite}: cases[0]: unknown parameter 'task'; there are: tasks, grain_us" in said


def test_a_file_that_is_there_is_not_overwritten(bench: Bench) -> None:
    other = bench.folder / "precious.json"
    other.write_text("precious")
    assert f"{other} exists" in refused(bench, bench.suite, "-o", other)
    assert other.read_text() == "precious"


@pytest.mark.parametrize("folder", ["missing", "small.json", "/proc"])
def test_a_folder_that_cannot_be_written_to(bench: Bench, folder: str) -> None:
    said = refused(bench, bench.suite, "-o", f"{folder}/results.json")
    assert folder in said


def test_missing_binaries(bench: Bench) -> None:
    (bench.binaries / "bench_io").unlink()
    said = refused(bench, bench.suite, "-o", bench.output)
    assert f"there is no program {bench.binaries}/bench_io: build it" in said
    assert bench.run_suite("--workload", "primes").returncode == 0


def test_too_few_descriptors(bench: Bench) -> None:
    cases = [{"workload": "echo", "arguments": {"connections": [1, 1000], "payload": 64, "requests": 1000}}]
    bench.write_suite(SUITE | {"cases": cases, "controls": []})
    arguments = bench.command(bench.suite, "-o", bench.output)
    shell = ["/bin/sh", "-c", 'ulimit -n 256; exec "$@"', "sh"]
    done = subprocess.run([*shell, *arguments], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert done.stderr == (
        "suite_runner: this suite needs 1065 descriptors, but the hard limit is 256: "
        "raise the limit (ulimit -Hn 1065), "
        "or leave the large cases out (--without '/connections:1000/')\n"
    )
    assert not bench.output.exists()
    advice = shlex.split(done.stderr[done.stderr.index("--without") : done.stderr.rindex(")")])
    fewer = subprocess.run([*shell, *arguments, *advice], capture_output=True, timeout=PATIENCE_S)
    assert fewer.returncode == 0
    assert {entry["concur"]["arguments"]["connections"] for entry in bench.document()["benchmarks"]} == {1}


def test_help_and_version(bench: Bench) -> None:
    told = bench.run("--help")
    assert told.returncode == 0
    for option in ("--output", "--resume", "--rounds", "--workload", "--model", "--filter", "--without",
                   "--placement", "--time-limit", "--list", "--quiet", "--version", "--suites",
                   "--binaries"):  # fmt: skip
        assert option in told.stdout
    told = bench.run("--version")
    assert told.returncode == 0
    assert told.stdout.startswith("concur ")


def test_quiet_says_nothing(bench: Bench) -> None:
    done = bench.run_suite("--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_log_gets_few_lines(bench: Bench) -> None:
    done = bench.run_suite("--rounds", "4")
    lines = done.stderr.splitlines()
    assert lines[0] == "set 1 of 4, group 1 of 3: primes/tasks:8/grain_us:10"
    assert len(lines) < 28


def test_a_terminal_gets_one_line_that_fits(bench: Bench) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            'stty cols 40 <&2; exec "$@"',
            "sh",
            *bench.command(bench.suite, "-o", bench.output),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # The other side of the terminal is closed.
        pass
    os.close(ours)
    assert process.wait(PATIENCE_S) == 0
    text = said.decode()
    assert "\n" not in text
    lines = [line.removesuffix("\x1b[K") for line in text.split("\r") if line]
    assert lines[0].startswith("set 1 of 2, group 1 of 3: primes")
    assert lines[-1] == ""
    assert max(map(len, lines)) == 39


def test_the_runner_under_test_is_there() -> None:
    assert os.access(RUNNER, os.X_OK), f"build {RUNNER} first, or set CONCUR_BINARIES"
