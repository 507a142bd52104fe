"""However a run ends, its document is complete JSON, no process is left, and --resume finishes the run."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
from collections import Counter
from typing import Any

import pytest
from conftest import PATIENCE_S, SAMPLES, SAMPLES_PER_ROUND, Bench, outcomes, suite_with_two_blocks

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
    assert last.startswith(f"suite_runner: stopped after {DONE_BEFORE} samples; resume with: ")

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


def test_killing_the_runner_leaves_a_journal_and_no_process(bench: Bench) -> None:
    bench.behave((HANGING, "hang"))
    status, _ = bench.stop_while_hanging(signal.SIGKILL, "-o", bench.output)
    assert status == -signal.SIGKILL
    document = bench.document()
    assert document["benchmarks"] == [] and not document["context"]["concur"]["complete"]
    entries = [line for line in bench.journal.read_text().splitlines() if line.startswith('{"entry":')]
    assert len(entries) == DONE_BEFORE
    assert bench.left_behind() == []
    bench.behave()
    assert bench.resume().returncode == 0
    bench.complete_document()


@pytest.mark.parametrize(
    ("case", "done_before"),
    [
        ("primes/thread_pool/", 0),
        ("echo/poll/connections:1/", 3),
        ("echo/epoll/connections:1/", 3),
        ("echo/epoll/connections:100/", 5),
    ],
)
@pytest.mark.parametrize("how", ["hang", "hang_in_turn"])
def test_a_killed_run_loses_only_the_block_under_way(
    bench: Bench, case: str, done_before: int, how: str
) -> None:
    bench.behave((case, how))
    bench.stop_while_hanging(signal.SIGKILL, "-o", bench.output)
    entries = [line for line in bench.journal.read_text().splitlines() if line.startswith('{"entry":')]
    assert len(entries) == done_before
    bench.behave()
    assert bench.resume().returncode == 0
    document = bench.complete_document()
    assert outcomes(document) == {"ok": SAMPLES}
    assert document["benchmarks"][:done_before] == [json.loads(line)["entry"] for line in entries]


def test_a_set_of_several_blocks_is_resumed_with_the_next_block(bench: Bench) -> None:
    bench.write_suite(suite_with_two_blocks())
    only = ("--workload", "primes")
    bench.behave(("/workers:9/", "hang"))
    bench.stop_while_hanging(signal.SIGKILL, "-o", bench.output, *only)
    bench.behave()
    assert bench.resume(*only).returncode == 0
    entries = [entry["concur"] for entry in bench.complete_document()["benchmarks"]]
    sizes = Counter((entry["round"], entry["block"]) for entry in entries)
    assert sizes == {(0, 0): 8, (0, 1): 4, (1, 0): 8, (1, 1): 4}
    first = [entry["model"] for entry in entries if (entry["round"], entry["block"]) == (0, 1)]
    assert first[0] == "serial", "the baseline"


def test_a_run_is_resumed_in_its_second_pass(bench: Bench) -> None:
    """The journal ends with the allotment, as if the run was killed after it."""
    only = ("--workload", "echo")
    options = ("--rounds", "3", "--budget", "60", "--seed", "3", *only)
    bench.behave(("echo/epoll/connections:100/", "hang"))
    bench.stop_while_hanging(signal.SIGKILL, "-o", bench.output, *options)
    bench.behave()
    case = "echo/epoll/connections:1/payload:64/requests:20/work_us:0"
    group = "echo/connections:1/payload:64/requests:20/work_us:0"
    allotted = {"allotted": [{"group": group, "case": f"{case}/manual_time", "sets": 2}]}
    with bench.journal.open("a") as journal:
        journal.write(json.dumps(allotted) + "\n")
    assert bench.resume(*only).returncode == 0
    entries = [entry["concur"] for entry in bench.complete_document()["benchmarks"]]
    further = [(e["round"], e["model"], e["arguments"]["connections"]) for e in entries if e["round"] >= 3]
    assert further == [(3, "poll", 1), (3, "epoll", 1), (4, "poll", 1), (4, "epoll", 1)]


def test_what_a_killed_run_was_writing_is_cut_off(stopped: Bench) -> None:
    whole = stopped.journal.read_text()
    stopped.journal.write_text(whole + '{"entry":{"name":"torn')
    assert stopped.resume().returncode == 0
    assert len(stopped.complete_document()["benchmarks"]) == SAMPLES


def test_a_run_may_be_stopped_again_and_again(bench: Bench) -> None:
    bench.behave(("echo/epoll/connections:1/", "hang"))
    bench.stop_while_hanging(signal.SIGINT, "-o", bench.output)
    bench.behave((HANGING, "hang"))
    bench.stop_while_hanging(signal.SIGINT, "--resume", bench.output)
    assert len(bench.document()["benchmarks"]) == DONE_BEFORE
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
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES - 4, "did_not_finish": 2}


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
    assert "it has 2 sets, not 5" in refused(stopped, "--rounds", "5")


def test_another_placement_is_refused(stopped: Bench) -> None:
    assert "its placement is split, not free" in refused(stopped, "--placement", "free")


def test_another_selection_is_refused(stopped: Bench) -> None:
    said = refused(stopped, "--workload", "echo")
    assert "its run includes primes/serial/tasks:8/grain_us:10, which is not in this plan" in said


def test_another_suite_is_refused(stopped: Bench) -> None:
    suite = json.loads(stopped.suite.read_text())
    stopped.write_suite(suite | {"name": "large"})
    assert "its suite is small, not large" in refused(stopped)


def test_another_file_is_refused(stopped: Bench) -> None:
    assert "do not give --output" in refused(stopped, "-o", "other.json")


def test_a_suite_that_was_changed_is_refused(stopped: Bench) -> None:
    suite = json.loads(stopped.suite.read_text())
    suite["cases"][0]["arguments"] = {"tasks": 9, "grain_us": 10}
    suite["controls"][0]["arguments"] = suite["cases"][0]["arguments"]
    stopped.write_suite(suite)
    assert "not in this plan" in refused(stopped)


def test_what_the_suite_has_gained_since_is_left_out(stopped: Bench) -> None:
    suite = json.loads(stopped.suite.read_text())
    suite["models"]["io"].append({"model": "select"})
    stopped.write_suite(suite)
    assert stopped.resume().returncode == 0
    document = stopped.complete_document()
    groups = document["context"]["concur"]["groups"]
    assert sum(len(group["cases"]) for group in groups) == SAMPLES_PER_ROUND - 1
    assert "select" not in {entry["concur"]["model"] for entry in document["benchmarks"]}


def edit_run(bench: Bench, **changes: Any) -> None:
    """Changes the description of the run in the first line of the journal."""
    first, _, rest = bench.journal.read_text().partition("\n")
    record = json.loads(first)
    record["run"]["concur"] |= changes
    bench.journal.write_text(json.dumps(record) + "\n" + rest)


def test_another_build_is_refused(stopped: Bench) -> None:
    build = stopped.document()["context"]["concur"]["build"]
    edit_run(stopped, build=build | {"flags": "-O0"})
    assert "another build wrote it (flags -O0, now " in refused(stopped)


def test_another_version_of_the_format_is_refused(stopped: Bench) -> None:
    edit_run(stopped, schema=2)
    assert "it has another version of the format" in refused(stopped)


def test_a_document_without_its_journal_is_refused(stopped: Bench) -> None:
    stopped.journal.unlink()
    assert "its journal" in refused(stopped) and not stopped.journal.exists()


@pytest.mark.parametrize("text", ["", "{}\n", "5\n", "no JSON\n"])
def test_what_is_no_journal_is_refused(stopped: Bench, text: str) -> None:
    stopped.journal.write_text(text)
    assert "cannot resume" in refused(stopped)


def test_a_journal_of_another_run_is_not_overwritten(bench: Bench) -> None:
    bench.journal.write_text("precious\n")
    done = bench.run_suite()
    assert done.returncode == 2
    assert "results.json.journal exists" in done.stderr and len(done.stderr.splitlines()) == 1
    assert bench.journal.read_text() == "precious\n"


@pytest.mark.parametrize("text", ["{}", "[]", "5", '{"context": {"concur": {}}, "benchmarks": []}'])
def test_what_is_no_document_is_refused(bench: Bench, text: str) -> None:
    bench.output.write_text(text)
    assert "it is not a results document" in refused(bench)
