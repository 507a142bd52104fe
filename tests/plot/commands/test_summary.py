"""The table for the terminal."""

import copy
import json


def test_table(run, small_file):
    done = run("summary", small_file)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(len(line) for line in lines) <= 100
    place = lines.index(" 1 connection, work 0")
    best, second, third = lines[place + 1 : place + 4]
    assert best.split()[:2] == ["1", "epoll"] and "1.00×" in best
    assert second.split()[0] == "2" and " to " in second
    assert third.split()[0] == "3" and "/s" in third
    assert not lines[place + 4].strip().startswith("4")
    assert "×connections: as many workers as connections" in " ".join(done.stdout.split())


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
    assert "1 round: no intervals" in said
    assert not any(line.rstrip()[-1:].isdigit() and " to " in line for line in said.splitlines()[4:])
