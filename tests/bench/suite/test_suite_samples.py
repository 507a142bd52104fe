"""Every behaviour of a benchmark binary becomes an outcome in the document, never a missing row."""

from __future__ import annotations

import json
import os
from collections import Counter

import pytest
from conftest import SAMPLES, SAMPLES_PER_ROUND, SUITE, Bench, outcomes, reasons, suite_with_two_blocks


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


def test_each_case_has_a_process_of_its_own_in_each_set(bench: Bench) -> None:
    assert bench.run_suite().returncode == 0
    names = {"primes/serial/tasks:8/grain_us:10", "primes/thread_pool/workers:2/tasks:8/grain_us:10"}
    for words in ("1/payload:64/requests:20/work_us:0", "100/payload:64/requests:200/work_us:0"):
        names |= {f"echo/{model}/connections:{words}" for model in ("poll", "epoll")}
    calls = Counter(call.split()[1] for call in bench.calls())
    # The A/A control runs the same case again.
    assert calls == {name: 4 if "/serial/" in name else 2 for name in names}
    assert {call.split()[2:][0] for call in bench.calls()} == {"6"}, "slices"


def test_models_take_turns(bench: Bench) -> None:
    assert bench.run_suite("--workload", "echo", "--filter", "connections:100").returncode == 0
    of_a_set = [(case, words.split()[0]) for case, words in bench.turns() if not words.startswith("try")]
    slices, ends = of_a_set[:12], of_a_set[12:14]
    # In each rotation both have a turn, in any order.
    assert all(len({case for case, _ in slices[at : at + 2]}) == 2 for at in range(0, 12, 2))
    assert {words for _, words in slices} == {"go"} and {words for _, words in ends} == {"end"}


def test_the_length_of_a_slice_is_found_once_and_then_varied(bench: Bench) -> None:
    assert bench.run_suite("--workload", "echo", "--filter", "connections:100").returncode == 0
    words = [words for _, words in bench.turns()]
    assert words[0] == "try 1"
    first_set_ends = words.index("end")
    assert not any(message.startswith("try") for message in words[first_set_ends:])
    # How much work they have depends on how long a turn really took.
    for case in {case for case, _ in bench.turns()}:
        goes = [message for of, message in bench.turns() if of == case and message.startswith("go")]
        assert len(goes) == 2 * 6
        second_set = [int(message.split()[1]) for message in goes[6:]]
        assert len(set(second_set)) > 1 and max(second_set) <= 1.6 * min(second_set)


def test_the_same_seed_gives_the_same_order(bench: Bench) -> None:
    def order(seed: str) -> list[str]:
        before = len(bench.turns())
        assert bench.run_suite("--seed", seed).returncode == 0
        bench.output.unlink()
        return [case for case, message in bench.turns()[before:] if message.startswith("go")]

    assert order("7") == order("7")
    assert order("8") != order("7")


def test_the_seed_is_recorded(bench: Bench) -> None:
    assert bench.run_suite("--seed", "8").returncode == 0
    assert bench.document()["context"]["concur"]["seed"] == 8


def test_a_slow_case_forms_a_block_of_its_own(bench: Bench) -> None:
    bench.behave(("/epoll/connections:100/", "slow"))
    suite = json.loads(json.dumps(SUITE))
    suite["models"]["io"].append({"model": "select"})
    bench.write_suite(suite)
    assert bench.run_suite("--workload", "echo", "--filter", "connections:100").returncode == 0
    entries = bench.complete_document()["benchmarks"]
    blocks = {(e["concur"]["round"], e["concur"]["block"], e["concur"]["model"]) for e in entries}
    of_a_round = {(0, "poll"), (0, "select"), (1, "poll"), (1, "epoll")}
    assert blocks == {(number, *member) for number in (0, 1) for member in of_a_round}
    further = [e for e in entries if e["concur"]["control"]]
    assert [e["name"].rpartition("/")[2] for e in further] == ["block:1"] * 2
    assert {e["concur"]["model"] for e in further} == {"poll"}


@pytest.mark.parametrize("model", ["poll", "epoll"])
def test_a_set_has_fewer_slices_if_they_are_long(bench: Bench, model: str) -> None:
    bench.behave((f"/{model}/connections:100/", "middling"))
    assert bench.run_suite("--workload", "echo", "--filter", "connections:100").returncode == 0
    entries = [e["concur"] for e in bench.complete_document()["benchmarks"] if not e["concur"]["control"]]
    slices = {(e["round"], e["model"]): len(e["slices"]["wall_ns"]) for e in entries}
    other = "epoll" if model == "poll" else "poll"
    assert slices == {(0, model): 4, (1, model): 4, (0, other): 6, (1, other): 6}


def test_the_baseline_is_in_every_block(bench: Bench) -> None:
    bench.write_suite(suite_with_two_blocks())
    assert bench.run_suite("--workload", "primes", "--rounds", "1").returncode == 0
    document = bench.complete_document()
    assert document["context"]["concur"]["groups"][0]["baseline"] == "primes/serial/tasks:8/grain_us:10"
    blocks: dict[int, list[str]] = {}
    for entry in document["benchmarks"]:
        blocks.setdefault(entry["concur"]["block"], []).append(entry["concur"]["model"])
    # The A/A control of the baseline is in its block.
    assert [(models[:2], len(models)) for models in blocks.values()] == [
        (["serial", "serial"], 8),
        (["serial", "thread_pool"], 4),
    ]


def test_controls_are_marked(bench: Bench) -> None:
    bench.run_suite()
    controls = [e for e in bench.complete_document()["benchmarks"] if e["concur"]["control"]]
    assert [(e["concur"]["round"], e["concur"]["sequence"]) for e in controls] == [(0, 1), (1, 8)]
    assert {e["name"] for e in controls} == {"primes/serial/tasks:8/grain_us:10/manual_time/control"}


def test_groups_are_measured_as_they_are_named(bench: Bench) -> None:
    few, many = (f"echo/epoll/connections:{number}/requests:200" for number in (1, 100))
    groups = [
        {"name": "sizes", "cases": [few, many], "repeat": [few]},
        {"name": "again", "cases": [few, "echo/poll/connections:1/requests:200"]},
    ]
    bench.write_suite(
        {key: SUITE[key] for key in ("name", "rounds", "time_limit_s", "placement")} | {"groups": groups}
    )
    assert bench.run_suite().returncode == 0
    document = bench.complete_document()
    groups = document["context"]["concur"]["groups"]
    assert [(group["name"], len(group["cases"])) for group in groups] == [("sizes", 2), ("again", 2)]
    assert all(group["baseline"].startswith("echo/epoll/connections:1/") for group in groups)
    of_groups = Counter(e["concur"]["group"] for e in document["benchmarks"])
    assert of_groups == {"sizes": 6, "again": 4}


def test_open_loop_is_measured_in_whole_samples(bench: Bench) -> None:
    suite = json.loads(json.dumps(SUITE))
    suite["cases"] = [
        {"workload": "open_echo", "arguments": {"connections": 5, "requests": 50}, "iterations": 3}
    ]
    suite["controls"] = []
    bench.write_suite(suite)
    assert bench.run_suite().returncode == 0
    assert bench.turns() == []
    calls = [call.split()[1].split("/")[1] for call in bench.calls()]
    assert calls == ["poll", "epoll", "epoll", "poll"], "every other set is reversed"
    entries = bench.complete_document()["benchmarks"]
    assert all(e["concur"]["slices"] is None and e["concur"]["block"] is None for e in entries)
    assert all("/iterations:3/" in e["name"] for e in entries)


def test_a_skipped_case_is_no_failure_and_is_not_run_again(bench: Bench) -> None:
    bench.behave(("/poll/", "skipped"))
    done = bench.run_suite()
    assert done.returncode == 0
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES - 4, "skipped": 2}
    assert done.stdout.count("it is to be skipped") == 1


def test_an_invalid_case_is_a_failure(bench: Bench) -> None:
    bench.behave(("/poll/", "invalid"))
    done = bench.run_suite()
    assert done.returncode == 1
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES - 4, "invalid": 2}
    assert "2 invalid: it is to be invalid (echo/poll/" in done.stdout


def test_the_next_case_is_the_baseline_if_the_baseline_fails(bench: Bench) -> None:
    bench.behave(("/poll/", "skipped"))
    suite = json.loads(json.dumps(SUITE))
    suite["models"]["io"] += [{"model": "select"}]
    bench.write_suite(suite)
    assert bench.run_suite("--filter", "connections:100", "--rounds", "2").returncode == 0
    entries = [e["concur"] for e in bench.complete_document()["benchmarks"]]
    assert [(e["model"], e["block"]) for e in entries if e["round"] == 1] == [("epoll", 0), ("select", 0)]


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
        ("babble", "bench_io said 'babble' instead of 'ready'"),
    ],
)
def test_a_binary_that_fails_did_not_finish(bench: Bench, behaviour: str, reason: str) -> None:
    bench.behave(("/poll/connections:1/", behaviour))
    done = bench.run_suite()
    assert done.returncode == 1
    document = bench.complete_document()
    assert outcomes(document) == {"ok": SAMPLES - 2, "did_not_finish": 1}
    assert reasons(document) == {reason}
    assert f"1 did not finish: {reason} (echo/poll/" in done.stdout
    assert bench.left_behind() == []


def test_the_others_go_on_if_one_dies_in_its_turn(bench: Bench) -> None:
    bench.behave(("/thread_pool/", "die_in_turn"))
    assert bench.run_suite("--workload", "primes", "--rounds", "1").returncode == 1
    document = bench.complete_document()
    assert outcomes(document) == {"ok": 2, "did_not_finish": 1}
    assert reasons(document) == {"signal 11 (Segmentation fault)"}
    ok = [e for e in document["benchmarks"] if e["concur"]["outcome"] == "ok"]
    assert all(len(e["concur"]["slices"]["wall_ns"]) == 6 for e in ok)


def test_an_answer_that_nobody_asked_for_is_no_answer(bench: Bench) -> None:
    bench.behave(("/thread_pool/", "say_twice"))
    assert bench.run_suite("--workload", "primes", "--rounds", "1").returncode == 1
    document = bench.complete_document()
    assert outcomes(document) == {"ok": 2, "did_not_finish": 1}
    # Where it is noticed depends on when it arrives.
    (reason,) = reasons(document)
    assert "'done " in reason and ("when it had no turn" in reason or "after its last turn" in reason)


@pytest.mark.parametrize("behaviour", ["hang", "hang_in_turn"])
def test_a_binary_that_hangs_is_ended_with_all_its_children(bench: Bench, behaviour: str) -> None:
    bench.behave(("/poll/connections:1/", behaviour))
    process = bench.start(bench.suite, "-o", bench.output, "--time-limit", "2", "--rounds", "1")
    members = bench.hanging()
    process.communicate()
    assert process.returncode == 1
    assert all(member.gone() for member in members)
    document = bench.document()
    assert outcomes(document) == {"ok": 6, "did_not_finish": 1}
    assert reasons(document) == {"time limit of 2 s"}


def test_a_budget_buys_more_sets_where_the_intervals_are_widest(bench: Bench) -> None:
    done = bench.run_suite("--rounds", "4", "--budget", "20", "--workload", "echo")
    assert done.returncode == 0, done.stderr
    document = bench.complete_document()
    run = document["context"]["concur"]
    assert (run["rounds"], run["budget_s"]) == (4, 20)
    rounds = {e["concur"]["round"] for e in document["benchmarks"]}
    assert rounds > set(range(4))
    further = [e["concur"] for e in document["benchmarks"] if e["concur"]["round"] >= 4]
    assert {e["model"] for e in further} == {"poll", "epoll"}, "the baseline is measured beside the others"


def test_a_budget_that_is_too_short_still_measures_every_case_once(bench: Bench) -> None:
    assert bench.run_suite("--rounds", "9", "--budget", "0.001").returncode == 0
    document = bench.complete_document()
    assert document["context"]["concur"]["rounds"] == 1
    assert len(document["benchmarks"]) == SAMPLES_PER_ROUND


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
    assert len(bench.complete_document()["benchmarks"]) == 6


def test_placement_is_passed_on(bench: Bench) -> None:
    assert bench.run_suite("--placement", "free", "--rounds", "1").returncode == 0
    document = bench.document()
    assert document["context"]["concur"]["placement"] == "free"
    assert {e["concur"]["placement"] for e in document["benchmarks"]} == {"free"}


def test_the_cpus_are_passed_on(bench: Bench) -> None:
    assert bench.run_suite("--rounds", "1").returncode == 0
    document = bench.document()
    usable = len(os.sched_getaffinity(0))
    assert document["context"]["concur"]["machine"]["cpus_usable"] <= usable
    for entry in document["benchmarks"]:
        sample = entry["concur"]
        if sample["workload"] == "echo" and document["context"]["concur"]["machine"]["topology"]["cores"] > 1:
            assert not set(sample["model_cpus"]) & set(sample["peer_cpus"])


def test_symbols_are_recorded(bench: Bench) -> None:
    models = {"cpu": [{"model": "thread_pool", "arguments": {"workers": ["cpus", "2*cpus"]}}], "io": []}
    cases = [{"workload": "primes", "arguments": {"tasks": "16*cpus", "grain_us": 10}}]
    bench.write_suite(SUITE | {"models": models, "cases": cases, "controls": []})
    assert bench.run_suite("--rounds", "1").returncode == 0
    samples = [entry["concur"] for entry in bench.document()["benchmarks"]]
    assert {sample["symbols"]["tasks"] for sample in samples} == {"16*cpus"}
    assert {sample["symbols"]["workers"] for sample in samples} == {"cpus", "2*cpus"}
    for sample in samples:
        assert sample["arguments"]["tasks"] == 16 * len(sample["model_cpus"])


def test_a_topology_of_another_machine_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HWLOC_SYNTHETIC", "core:64 pu:2")
    done = bench.run_suite()
    assert done.returncode == 2
    assert "hwloc describes another machine" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert bench.calls() == []


def test_listing_runs_nothing(bench: Bench) -> None:
    done = bench.run(bench.suite, "--list", "--workload", "primes")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "primes/serial/tasks:8/grain_us:10",
        "primes/thread_pool/workers:2/tasks:8/grain_us:10",
        "primes/serial/tasks:8/grain_us:10 (A/A control)",
        "small: 2 cases and 1 A/A controls in 1 groups, 2 sets",
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
