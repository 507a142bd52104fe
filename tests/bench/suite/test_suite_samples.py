"""Every behaviour of a benchmark binary becomes an outcome in the document, never a missing row."""

from __future__ import annotations

import json

import pytest
from conftest import SAMPLES, SUITE, Bench, outcomes, reasons


def test_a_run_that_goes_well(bench: Bench) -> None:
    done = bench.run_suite()
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{bench.output}: {SAMPLES} samples, {SAMPLES} ok\n"
    document = bench.complete_document()
    assert outcomes(document) == {"ok": SAMPLES}
    run = document["context"]["concur"]
    assert (run["suite"], run["rounds"], run["placement"]) == ("small", 2, "split")
    assert {entry["repetitions"] for entry in document["benchmarks"]} == {2}
    assert bench.left_behind() == []


def test_the_context_is_that_of_the_first_sample(bench: Bench) -> None:
    bench.behave(("^primes/serial", "crash"))
    bench.run_suite()
    context = bench.complete_document()["context"]
    assert context["host_name"] == "invented"
    assert context["library_build_type"] == "release"
    assert {model["name"] for model in context["concur"]["models"]} >= {"serial", "epoll"}
    assert {workload["name"] for workload in context["concur"]["workloads"]} >= {"primes", "echo"}


def test_models_follow_each_other_and_every_other_round_is_reversed(bench: Bench) -> None:
    assert bench.run_suite().returncode == 0
    primes = [
        f"bench_cpu primes/{model}/tasks:8/grain_us:10 5 split"
        for model in ("serial", "thread_pool/workers:2")
    ]
    few, many = (
        [f"bench_io echo/{model}/connections:{words} 1 split" for model in ("poll", "epoll")]
        for words in ("1/payload:64/requests:20/work_us:0", "100/payload:64/requests:200/work_us:0")
    )
    primes.append(primes[0])
    assert bench.calls() == primes + few + many + primes[::-1] + few[::-1] + many[::-1]


def test_controls_are_marked(bench: Bench) -> None:
    bench.run_suite()
    controls = [e for e in bench.complete_document()["benchmarks"] if e["concur"]["control"]]
    assert [(e["concur"]["round"], e["concur"]["sequence"]) for e in controls] == [(0, 2), (1, 7)]
    assert {e["name"] for e in controls} == {
        "primes/serial/tasks:8/grain_us:10/iterations:5/process_time/real_time/control"
    }


def test_a_skipped_case_is_no_failure(bench: Bench) -> None:
    bench.behave(("/poll/", "skipped"))
    done = bench.run_suite()
    assert done.returncode == 0
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES - 4, "skipped": 4}
    assert done.stdout.count("it is to be skipped") == 1


def test_an_invalid_case_is_a_failure(bench: Bench) -> None:
    bench.behave(("/poll/", "invalid"))
    done = bench.run_suite()
    assert done.returncode == 1
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES - 4, "invalid": 4}
    assert "4 invalid: it is to be invalid (echo/poll/" in done.stdout


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("crash", "signal 11 (Segmentation fault)"),
        ("garbage", "bench_io wrote no valid results document"),
        ("nothing", "bench_io wrote no results document"),
        ("two", "bench_io wrote no valid results document"),
        ("not_a_number", "bench_io wrote no valid results document"),
        ("other_case", "bench_io wrote no valid results document"),
        ("contradict", "bench_io wrote no valid results document"),
        ("refuse", "bench: this call cannot be taken"),
    ],
)
def test_a_binary_that_fails_did_not_finish(bench: Bench, behaviour: str, reason: str) -> None:
    bench.behave(("/poll/connections:1/", behaviour))
    done = bench.run_suite()
    assert done.returncode == 1
    document = bench.complete_document()
    assert outcomes(document) == {"ok": SAMPLES - 2, "did_not_finish": 2}
    assert reasons(document) == {reason}
    assert f"2 did not finish: {reason} (echo/poll/" in done.stdout
    assert bench.left_behind() == []


def test_a_binary_that_hangs_is_ended_with_all_its_children(bench: Bench) -> None:
    bench.behave(("/poll/connections:1/", "hang"))
    process = bench.start(bench.suite, "-o", bench.output, "--time-limit", "2", "--rounds", "1")
    members = bench.hanging()
    process.communicate()
    assert process.returncode == 1
    assert all(member.gone() for member in members)
    document = bench.document()
    assert outcomes(document) == {"ok": 6, "did_not_finish": 1}
    assert reasons(document) == {"time limit of 2 s"}


def test_a_child_that_a_binary_leaves_behind_is_ended(bench: Bench) -> None:
    bench.behave(("/poll/connections:1/", "leave_child"))
    process = bench.start(bench.suite, "-o", bench.output, "--rounds", "1")
    members = bench.hanging()
    process.communicate()
    assert process.returncode == 0
    assert all(member.gone() for member in members)


def test_a_selection_is_all_that_runs(bench: Bench) -> None:
    done = bench.run_suite("--workload", "echo", "--model", "poll", "--filter", "payload:64", "--rounds", "3")
    assert done.returncode == 0
    assert len(bench.calls()) == 6
    assert bench.document()["context"]["concur"]["samples_planned"] == 6


def test_placement_is_passed_on(bench: Bench) -> None:
    assert bench.run_suite("--placement", "free", "--rounds", "1").returncode == 0
    document = bench.document()
    assert document["context"]["concur"]["placement"] == "free"
    assert {e["concur"]["placement"] for e in document["benchmarks"]} == {"free"}


def test_listing_runs_nothing(bench: Bench) -> None:
    done = bench.run(bench.suite, "--list", "--workload", "primes")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "primes/serial/tasks:8/grain_us:10",
        "primes/thread_pool/workers:2/tasks:8/grain_us:10",
        "primes/serial/tasks:8/grain_us:10 (A/A control)",
        "small: 2 cases and 1 A/A controls, 2 rounds: 6 samples",
    ]
    assert bench.calls() == []


def test_the_default_file_is_named_after_time_and_host(bench: Bench) -> None:
    assert bench.run(bench.suite, "--rounds", "1", "--workload", "primes").returncode == 0
    (file,) = (bench.folder / "results/local").iterdir()
    assert json.loads(file.read_text())["context"]["concur"]["complete"] is True
    assert file.name.startswith("20") and "-" in file.name and file.suffix == ".json"


def test_a_suite_is_found_by_its_name(bench: Bench) -> None:
    suites = bench.folder / "suites"
    suites.mkdir()
    (suites / "mine.json").write_text(json.dumps(SUITE))
    done = bench.run("mine", "--suites", suites, "-o", bench.output, "--rounds", "1")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("suite", ["quick", "full"])
def test_the_suites_of_the_tree_can_be_listed(bench: Bench, suite: str) -> None:
    done = bench.run(suite, "--list")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith(f"{suite}: ")
