"""However a run ends, its document is complete JSON, no process is left, and --resume finishes the run."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
from typing import Any

import pytest
from conftest import PATIENCE_S, SAMPLES, SAMPLES_PER_ROUND, Bench, outcomes

# The sixth sample of the first round.
HANGING = "echo/poll/connections:100/"
DONE_BEFORE = 5


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_stops_the_run_and_resume_completes_it(bench: Bench, how: signal.Signals, code: int) -> None:
    bench.behave((HANGING, "hang"))
    status, said = bench.stop_while_hanging(how, "-o", bench.output)
    assert status == code
    document = bench.document()
    assert document["context"]["concur"]["complete"] is False
    assert len(document["benchmarks"]) == DONE_BEFORE
    assert bench.left_behind() == []
    last = said.splitlines()[-1]
    assert last.startswith(f"suite_runner: stopped after {DONE_BEFORE} of {SAMPLES} samples; resume with: ")

    bench.behave()
    done = subprocess.run(
        shlex.split(last.split("resume with: ")[1]),
        cwd=bench.folder,
        timeout=PATIENCE_S,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    complete = bench.complete_document()
    assert complete["benchmarks"][:DONE_BEFORE] == document["benchmarks"]
    # Each sample once, and the stopped sample a second time.
    assert len(bench.calls()) == SAMPLES + 1


def test_killing_the_runner_leaves_a_whole_document_and_no_process(bench: Bench) -> None:
    bench.behave((HANGING, "hang"))
    status, _ = bench.stop_while_hanging(signal.SIGKILL, "-o", bench.output)
    assert status == -signal.SIGKILL
    assert len(bench.document()["benchmarks"]) == DONE_BEFORE
    bench.behave()
    assert bench.resume().returncode == 0
    bench.complete_document()


def test_a_run_may_be_stopped_again_and_again(bench: Bench) -> None:
    bench.behave((HANGING, "hang"))
    bench.stop_while_hanging(signal.SIGINT, "-o", bench.output)
    bench.behave(("echo/epoll/connections:1/", "hang"))
    bench.stop_while_hanging(signal.SIGINT, "--resume", bench.output)
    assert SAMPLES_PER_ROUND < len(bench.document()["benchmarks"]) < SAMPLES
    bench.behave()
    assert bench.resume("--quiet").returncode == 0
    bench.complete_document()


def test_the_suite_and_its_rounds_are_taken_from_the_document(bench: Bench) -> None:
    bench.behave(("/thread_pool/", "hang"))
    bench.stop_while_hanging(signal.SIGINT, "-o", bench.output, "--rounds", "3", "--placement", "shared")
    bench.behave()
    done = bench.run("--suites", bench.folder, "--resume", bench.output)
    assert done.returncode == 0, done.stderr
    document = bench.document()
    assert len(document["benchmarks"]) == 3 * SAMPLES_PER_ROUND
    assert {entry["concur"]["placement"] for entry in document["benchmarks"]} == {"shared"}


def test_what_failed_before_counts_at_the_end(bench: Bench) -> None:
    bench.behave(("^primes/serial", "crash"), (HANGING, "hang"))
    bench.stop_while_hanging(signal.SIGINT, "-o", bench.output)
    bench.behave()
    assert bench.resume().returncode == 1
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES - 2, "did_not_finish": 2}


def test_a_complete_document_is_left_alone(bench: Bench) -> None:
    bench.run_suite()
    before = bench.output.read_bytes()
    calls = len(bench.calls())
    done = bench.resume()
    assert (done.returncode, done.stdout) == (0, f"{bench.output} is already complete\n")
    assert bench.output.read_bytes() == before
    assert len(bench.calls()) == calls


@pytest.fixture
def stopped(bench: Bench) -> Bench:
    bench.behave((HANGING, "hang"))
    bench.stop_while_hanging(signal.SIGINT, "-o", bench.output)
    bench.behave()
    return bench


def refused(bench: Bench, *arguments: str) -> str:
    before = bench.output.read_bytes()
    done = bench.resume(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert bench.output.read_bytes() == before
    return done.stderr


def test_another_number_of_rounds_is_refused(stopped: Bench) -> None:
    assert "it has 2 rounds, not 5" in refused(stopped, "--rounds", "5")


def test_another_placement_is_refused(stopped: Bench) -> None:
    assert "its placement is split, not free" in refused(stopped, "--placement", "free")


def test_another_selection_is_refused(stopped: Bench) -> None:
    said = refused(stopped, "--workload", "echo")
    assert "its run includes primes/serial/tasks:8/grain_us:10, which is not in this plan" in said


def test_another_selection_is_refused_where_the_document_tells_only_how_many(stopped: Bench) -> None:
    document = stopped.document()
    del document["context"]["concur"]["cases_planned"]
    stopped.output.write_text(json.dumps(document))
    assert "its run has 14 samples, and this plan has 8" in refused(stopped, "--workload", "echo")


def test_another_suite_is_refused(stopped: Bench) -> None:
    suite = json.loads(stopped.suite.read_text())
    stopped.write_suite(suite | {"name": "large"})
    assert "its suite is small, not large" in refused(stopped)


def test_another_file_is_refused(stopped: Bench) -> None:
    assert "do not give --output" in refused(stopped, "-o", "other.json")


@pytest.mark.parametrize(("key", "value"), [("arguments", {"tasks": 9, "grain_us": 10}), ("iterations", 6)])
def test_a_suite_that_was_changed_is_refused(stopped: Bench, key: str, value: Any) -> None:
    suite = json.loads(stopped.suite.read_text())
    suite["cases"][0][key] = value
    suite["controls"][0]["arguments"] = suite["cases"][0]["arguments"]
    stopped.write_suite(suite)
    assert "not in this plan" in refused(stopped)


def test_what_the_suite_has_gained_since_is_left_out(stopped: Bench) -> None:
    suite = json.loads(stopped.suite.read_text())
    suite["models"]["io"].append({"model": "select"})
    stopped.write_suite(suite)
    assert stopped.resume().returncode == 0
    document = stopped.complete_document()
    assert len(document["context"]["concur"]["cases_planned"]) == SAMPLES_PER_ROUND - 1
    assert "select" not in {entry["concur"]["model"] for entry in document["benchmarks"]}


def test_another_build_is_refused(stopped: Bench) -> None:
    document = stopped.document()
    document["context"]["concur"]["build"]["flags"] = "-O0"
    stopped.output.write_text(json.dumps(document))
    assert "another build wrote it (flags -O0, now " in refused(stopped)


def test_a_sample_that_is_there_twice_is_refused(stopped: Bench) -> None:
    document = stopped.document()
    document["benchmarks"].append(document["benchmarks"][0])
    stopped.output.write_text(json.dumps(document))
    assert "twice in one round" in refused(stopped)


def test_a_torn_document_is_refused(stopped: Bench) -> None:
    text = stopped.output.read_text()
    stopped.output.write_text(text[: len(text) // 2])
    assert "is not complete JSON" in refused(stopped)


@pytest.mark.parametrize("text", ["{}", "[]", "5", '{"context": {"concur": {}}, "benchmarks": []}'])
def test_what_is_no_document_is_refused(stopped: Bench, text: str) -> None:
    stopped.output.write_text(text)
    assert "it is not a results document" in refused(stopped)
