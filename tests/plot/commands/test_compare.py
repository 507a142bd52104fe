"""Two results documents side by side."""

import json
import subprocess
import sys

import pytest

import many_cpus
from programs import PLOT, start
from concur.statistics.verdicts import SAME, SLOWER, UNCLEAR


def compared(run, runs, new, tmp_path, *more, old="old"):
    file = tmp_path / "out.json"
    done = run("compare", runs[old], runs[new], "--json", file, *more)
    return done, json.loads(file.read_text())


def test_drift_of_the_machine_is_no_change(run, runs, tmp_path):
    done, found = compared(run, runs, "drifted", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {one["verdict"] for one in found["compared"] if one["relative"]} == {SAME}
    assert {one["model"] for one in found["compared"] if not one["relative"]} == {"serial"}
    _, plain = compared(run, runs, "drifted", tmp_path, "--relative-to", "none")
    assert SLOWER in {one["verdict"] for one in plain["compared"]}


def test_what_became_slower_is_found_and_nothing_else(run, runs, tmp_path):
    done, found = compared(run, runs, "slower", tmp_path, "--fail-on-slower")
    assert done.returncode == 1
    relative = [one for one in found["compared"] if one["relative"]]
    assert {one["model"] for one in relative if one["verdict"] == SLOWER} == {"epoll"}
    assert all(one["verdict"] == SLOWER for one in relative if one["model"] == "epoll")
    assert all(one["ratio"] == pytest.approx(1.1, rel=0.02) for one in relative if one["model"] == "epoll")
    assert "epoll" in done.stdout and "geometric mean" in done.stdout


def test_environments_that_differ_are_named(run, runs, tmp_path):
    done, found = compared(run, runs, "upgraded", tmp_path)
    for name in (
        "kernel: 6.1.0-18-amd64 before, 6.9 now",
        "CPU set: 0,1 before, 0 now",
        "flags: -O2 before, -O3 now",
        "mitigation meltdown: none before, off now",
    ):
        assert f"the environments differ: {name}" in done.stdout
    assert len(found["environment"]) == 4


def test_outcomes_that_changed_come_first(run, runs, tmp_path):
    done, found = compared(run, runs, "failing", tmp_path)
    assert done.stdout.startswith("cannot be compared: ok before, invalid: wrong digest now: mandelbrot")
    assert len(found["changed"]) == 1


def test_cases_are_paired_by_their_numbers(run, runs, tmp_path):
    """One run gives the number of workers, the other a symbol for it."""
    file = tmp_path / "out.json"
    done = run(
        "compare", runs["served by number"], runs["served"], "--json", file, "--all", "--metric", "cpu"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())
    assert found["changed"] == []
    pools = [one for one in found["compared"] if one["model"] == "thread_pool"]
    assert {one["arguments"]["connections"] for one in pools} == {1, 10, 100, 1000, 10000}
    assert all(one["model_arguments"] == {"workers": one["arguments"]["connections"]} for one in pools)
    assert all(one["ratio"] == pytest.approx(1) for one in pools)
    assert "thread_pool ×connections" in done.stdout
    assert "×connections: as many workers as connections" in done.stdout.splitlines()


def test_machines_are_compared_by_symbols(run, tmp_path):
    """A worker for each CPU is the same case on both, though it is 2 workers here and 64 there."""
    paths = {cpus: tmp_path / f"{cpus}.json" for cpus in (2, 64)}
    for cpus, path in paths.items():
        path.write_text(json.dumps(many_cpus.document(cpus, turns=True)))
    file = tmp_path / "out.json"
    done = run("compare", paths[2], paths[64], "--json", file, "--all")
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())
    pools = [one for one in found["compared"] if one["model"] == "thread_pool"]
    assert {tuple(one["model_arguments"].values()) for one in pools} == {(1,), (64,)}
    for one in pools:
        assert one["arguments"]["tasks"] == 1024 and one["numbers_before"]["tasks"] == 32
        assert one["baseline"] == "serial"
    wide = [one for one in pools if one["model_arguments"] == {"workers": 64}]
    assert len(wide) == len(many_cpus.GRAINS_US)
    for one in wide:
        assert one["numbers_before"] == {"tasks": 32, "workers": 2}
        times = [many_cpus.speed_up("thread_pool", cpus, cpus) for cpus in (2, 64)]
        assert one["ratio"] == pytest.approx(times[0] / times[1], rel=0.05)
    assert "before: 2 workers, 32 tasks" in done.stdout
    # Two workers on 64 CPUs are not the case of two workers on two.
    gone = [one for one in found["changed"] if one["model_arguments"] == {"workers": 2}]
    assert {one["before"] for one in gone} == {"not there"}
    assert "the environments differ: number of usable CPUs: 2 before, 64 now" in done.stdout


def verdicts(found):
    return {one["model"]: one["verdict"] for one in found["models"]}


def test_the_same_twice_in_turns_has_no_verdict(run, runs, tmp_path):
    done, found = compared(run, runs, "turns again", tmp_path, "--fail-on-slower", old="turns")
    assert done.returncode == 0, done.stdout
    assert {one["verdict"] for one in found["compared"]} <= {SAME, UNCLEAR}
    assert SLOWER not in verdicts(found).values()
    assert "no case is faster or slower beyond the margin" in done.stdout


def test_five_percent_more_in_one_model_is_found_in_this_model_alone(run, runs, tmp_path):
    """Although the whole machine was 30 % slower in the second run."""
    done, found = compared(run, runs, "sabotaged", tmp_path, "--fail-on-slower", old="turns")
    assert done.returncode == 1
    relative = [one for one in found["compared"] if one["relative"]]
    assert {one["model"] for one in relative if one["verdict"] == SLOWER} == {"poll"}
    of_poll = [one for one in relative if one["model"] == "poll"]
    assert len(of_poll) > 10 and sum(one["verdict"] == SLOWER for one in of_poll) > len(of_poll) / 2
    assert {model for model, one in verdicts(found).items() if one == SLOWER} == {"poll"}
    assert "all in all slower" in done.stdout


def test_a_baseline_is_compared_by_its_times_which_is_less(run, runs, tmp_path):
    done, found = compared(run, runs, "sabotaged", tmp_path, "--all", old="turns")
    baselines = [one for one in found["compared"] if not one["relative"]]
    assert {one["model"] for one in baselines} == {"serial", "epoll"}
    assert "they contain the drift of the machine" in done.stdout
    assert all(one["ratio"] == pytest.approx(1.3, rel=0.1) for one in baselines)


def test_nothing_that_is_disturbed_fails(run, runs, tmp_path):
    more = ("--fail-on-slower", "--relative-to", "coroutine")
    done, found = compared(run, runs, "disturbed", tmp_path, *more, old="turns")
    slower = [one for one in found["compared"] if one["verdict"] == SLOWER]
    assert {one["model"] for one in slower if one["relative"]} == {"poll"}
    assert all(
        one["disturbance"].startswith("now: other programs used 50 %") for one in slower if one["relative"]
    )
    assert (
        "slower ! " in done.stdout
        and "disturbed now: other programs used 50 % of a CPU in 10 sets" in done.stdout
    )


def test_where_the_clients_were_at_their_limit_cpu_times_are_compared(run, runs, tmp_path):
    done, found = compared(run, runs, "limited", tmp_path, "--all", old="turns")
    metrics = {(one["workload"] == "echo", one["metric"]) for one in found["compared"]}
    assert metrics == {(True, "CPU time"), (False, "wall time")}
    of_echo = [one for one in found["compared"] if one["workload"] == "echo"]
    # The sabotage adds no CPU time.
    assert SLOWER not in {one["verdict"] for one in of_echo if one["relative"]}
    assert "the clients set the pace, so CPU time is compared" in done.stdout


def test_what_cannot_be_read(run, runs, tmp_path):
    done = run("compare", runs["old"], tmp_path / "none.json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert run("compare", runs["old"], runs["old"], "--margin", "7").returncode == 2


def test_documents_from_pipes(runs):
    command = ["bash", "-c", 'exec "$0" "$1" <(cat "$2") <(cat "$2")']
    command += [sys.executable, PLOT / "compare.py", runs["old"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the environments differ" not in done.stdout and "no case is faster or slower" in done.stdout


def test_its_json_may_go_to_standard_output(runs):
    done = start("compare.py", runs["old"], runs["slower"], "--json", "/dev/stdout")
    assert done.returncode == 0 and json.loads(done.stdout)["compared"]


def test_the_json_never_replaces_a_document(run, runs):
    before = runs["old"].read_bytes()
    done = run("compare", runs["old"], runs["slower"], "--json", runs["old"])
    assert (done.returncode, done.stdout) == (2, "") and "it is an input too" in done.stderr
    assert runs["old"].read_bytes() == before


def test_where_the_json_goes_is_checked_first(run, runs, tmp_path):
    done = run("compare", runs["old"], runs["slower"], "--json", tmp_path / "none/c.json")
    assert (done.returncode, done.stdout) == (2, "") and "cannot be written: No such file" in done.stderr
