"""The table for the terminal."""

import copy
import json
import re

import pytest

import many_cpus
import synthetic
from machine import MODELS


def test_table(run, small_file):
    done = run("summary", small_file)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(len(line) for line in lines) <= 100
    assert "×connections: as many workers as connections" in " ".join(done.stdout.split())
    place = lines.index(" 1 connection, work 0, baseline epoll")
    first, second, third, more = lines[place + 1 : place + 5]
    assert first.split()[:3] == ["=", "epoll", "1.00×"] and "baseline" in first
    assert " to " in second and "/s" in third and " of 1 " in third
    assert more.strip() == "and 7 models more: --all names them"
    place = lines.index(" 512 rows, 16 tasks, baseline serial")
    shown = lines[place + 1 : place + 6]
    assert [row.split()[0] for row in shown] == ["=", "=", "=", "6", "and"], "the baseline is always there"


@pytest.mark.parametrize("width", (60, 72, 100, 200))
def test_it_fits_the_terminal(run, small_file, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("summary", small_file, "--all").stdout.splitlines()
    assert max(len(line) for line in lines) <= width
    head = next(line for line in lines if "95 % interval" in line and "ratio" in line)
    assert "time" in head and ("CPUs used" in head) == (width >= 72) and ("rate" in head) == (width >= 100)


def test_every_model_is_named_on_request(run, small_file):
    lines = run("summary", small_file, "--all").stdout.splitlines()
    place = lines.index(" 512 rows, 16 tasks, baseline serial")
    rows = [line.split() for line in lines[place + 1 : place + 12]]
    assert {row[1] for row in rows} == set(MODELS)
    ratios = [
        float(next(word for word in row if "×" in word and word[0].isdigit()).rstrip("×")) for row in rows
    ]
    assert ratios == sorted(ratios)


def test_times_and_ratios_agree(run, tmp_path):
    path = tmp_path / "turns.json"
    path.write_text(json.dumps(synthetic.document(rounds=6, only=("echo",), turns=True)))
    found = {}
    for line in run("summary", path, "--all").stdout.splitlines():
        if line.startswith(" 10 connections, work 0"):
            found = {}
        elif match := re.match(r" +[=!\d]+ +(\w+) .* ([\d.]+)× .* ([\d.]+) ms", line):
            found.setdefault(match[1], (float(match[2]), float(match[3])))
    base = found["epoll"][1]
    assert len(found) > 5
    for ratio, time in found.values():
        assert time / base == pytest.approx(ratio, rel=0.01)


def test_disturbed_models_and_clients_at_their_limit_are_told(run, small, tmp_path):
    def disturb(sample):
        idle = sample["arguments"]["work_us"] == 0
        share = 0.95 if idle and sample["arguments"]["connections"] == 100 else 0.5
        sample["evidence"] = {**sample["evidence"], "peer_cpu_share": share}
        if sample["arguments"]["connections"] == 10:
            sample["evidence"] |= {"elapsed_ns": 10**9, "throttled_ns": (3 + sample["round"]) * 10**7}

    path = tmp_path / "results.json"
    path.write_text(json.dumps(synthetic.changed(small, disturb, lambda s: s["workload"] == "echo")))
    said = " ".join(run("summary", path, "--all").stdout.split())
    assert "100 connections, work 0, baseline epoll: the clients were at their limit, so CPU time" in said
    assert "! not to be trusted: a quota stopped all programs for 3 to 5 % of the time in 3 sets" in said
    assert "(all models)" in said
    # Where the server computes for each request, its clients were not at their limit.
    assert "100 connections, work 20 µs, baseline epoll: the clients" not in said


def test_a_full_listen_queue_is_told(run, tmp_path):
    models = {name: MODELS[name] for name in ("epoll", "poll")}

    def fill(sample):
        if sample["model"] == "poll":
            sample["evidence"]["listen_overflows"] = 10 + sample["round"]

    path = tmp_path / "results.json"
    made = synthetic.document(rounds=3, models=models, only=("churn",))
    path.write_text(json.dumps(synthetic.changed(made, fill)))
    said = " ".join(run("summary", path).stdout.split())
    assert "TCP repeated 10 to 12 attempts to connect after a second or more in 3 sets (poll)" in said


def test_a_peer_of_several_processes_is_told(run, small, tmp_path):
    def divide(sample):
        sample["peer_processes"] *= 32

    path = tmp_path / "results.json"
    path.write_text(json.dumps(synthetic.changed(small, divide)))
    told = [line for line in run("summary", path).stdout.splitlines() if "The peer has 32 processes" in line]
    assert len(told) == 1


def test_arguments_that_follow_from_the_machine_are_told(run, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(many_cpus.document(8, rounds=3)))
    said = " ".join(run("summary", path, "--all").stdout.split())
    assert "128 tasks (16*cpus)" in said and "thread_pool ×cpus" in said
    assert "cpus = 8: the CPUs that a model may use" in said


@pytest.mark.parametrize(
    "taken, is_told", (([97, 3], True), ([60, 40], False), ([100], False), (None, False))
)
def test_a_loop_that_got_most_connections_is_told(run, small, tmp_path, taken, is_told):
    def accept(sample):
        sample["work"] = sample["work"] and sample["work"] | {"connections_by_acceptor": taken}

    path = tmp_path / "results.json"
    path.write_text(json.dumps(synthetic.changed(small, accept, lambda s: s["workload"] == "echo")))
    said = " ".join(run("summary", path).stdout.split())
    told = "uneven: epoll: the busiest of 2 acceptors took 97 of 100 connections"
    assert (told in said) == is_told
    assert ("uneven" in said) == is_told


def test_outcomes_and_reasons(run, small_file):
    said = " ".join(run("summary", small_file).stdout.split())
    assert "skipped: select: descriptor 1024 does not fit FD_SETSIZE 1024 (1k connections, work 0" in said
    assert "invalid: nonblocking: 214 of 10,000 connections got no answer (10k connections" in said
    assert "did not finish: process_per_task: fork" in said


def test_incomplete_and_one_round(run, small, tmp_path):
    made = {"context": copy.deepcopy(small["context"])}
    made["context"]["concur"]["complete"] = False
    made["benchmarks"] = [e for e in small["benchmarks"] if e["concur"]["round"] == 0][:100]
    path = tmp_path / "part.json"
    path.write_text(json.dumps(made))
    said = run("summary", path).stdout
    assert f"incomplete: 100 of {len(small['benchmarks'])} samples" in said
    assert "1 set: no intervals" in said
    assert not any(line.rstrip()[-1:].isdigit() and " to " in line for line in said.splitlines()[4:])
