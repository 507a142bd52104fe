"""One document, for other tools."""

import gzip
import json
import subprocess
import sys

import pytest

from programs import PLOT, start


def test_an_export_has_one_median_per_case(run, runs, tmp_path):
    out = tmp_path / "x.github-action.json"
    done = run("export", runs["failing"], "-o", out)
    assert done.returncode == 0, done.stderr
    entries = json.loads(out.read_text())
    names = [entry["name"] for entry in entries]
    assert len(names) == len(set(names))
    assert all(set(entry) == {"name", "unit", "value", "range", "extra"} for entry in entries)
    assert all(entry["value"] > 0 for entry in entries), "a case that failed takes no time"
    assert not any(name.startswith("mandelbrot/poll") for name in names)
    ratios = [entry for entry in entries if entry["unit"] == "ratio"]
    assert ratios and all(entry["name"].endswith("÷ serial") for entry in ratios)
    assert run("export", runs["old"], "-o", tmp_path / "no" / "x.json").returncode == 1


def test_a_full_listen_queue_is_told(run, runs, tmp_path):
    made = json.loads(runs["old"].read_text())
    for entry in made["benchmarks"]:
        entry["concur"]["evidence"]["listen_overflows"] = 3 * (entry["concur"]["model"] == "poll")
    path, out = tmp_path / "r.json", tmp_path / "x.json"
    path.write_text(json.dumps(made))
    assert run("export", path, "-o", out).returncode == 0
    told = [
        one["name"] for one in json.loads(out.read_text()) if "not to be trusted: the listen" in one["extra"]
    ]
    assert told and all("/poll/" in name for name in told)


def test_names_of_cases_have_numbers_for_symbols(run, runs, tmp_path):
    out = tmp_path / "x.json"
    assert run("export", runs["served"], "-o", out).returncode == 0
    names = {entry["name"] for entry in json.loads(out.read_text())}
    assert "echo/thread_pool/workers:100/connections:100/payload:64/requests:20000/work_us:0" in names


def exported(run, runs, name, tmp_path):
    out = tmp_path / "x.json"
    done = run("export", runs[name], "-o", out)
    assert done.returncode == 0, done.stderr
    return {entry["name"]: entry for entry in json.loads(out.read_text())}


def test_ratios_are_those_to_the_baseline_of_each_case(run, runs, tmp_path):
    found = exported(run, runs, "turns", tmp_path)
    names = {name.split(" ÷ ")[1] for name in found if "÷" in name}
    assert names == {"serial", "epoll"}
    ratio = found["mandelbrot/poll/rows:512/tasks:16 ÷ serial"]
    assert ratio["value"] == pytest.approx(1, rel=0.02)
    assert ratio["extra"] == "10 sets, 95 % interval"


def test_what_is_wrong_with_a_figure_stands_beside_it(run, runs, tmp_path):
    found = exported(run, runs, "disturbed", tmp_path)
    extra = found["mandelbrot/poll/rows:512/tasks:16"]["extra"]
    assert extra.endswith("not to be trusted: other programs used 50 % of a CPU in 10 sets")
    limited = exported(run, runs, "limited", tmp_path)
    of_echo = {name: one for name, one in limited.items() if name.startswith("echo") and "÷" in name}
    assert all(" CPU time ÷ epoll" in name for name in of_echo)
    assert all("the clients were at their limit" in one["extra"] for one in of_echo.values())


def test_standard_output_gets_the_export_alone(runs):
    done = start("export.py", runs["old"], "-o", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert all("value" in entry for entry in json.loads(done.stdout))


def test_where_it_writes(run, runs, tmp_path):
    packed = tmp_path / "X.json.gz"
    packed.write_bytes(gzip.compress(runs["old"].read_bytes()))
    assert run("export", packed).stdout == f"{tmp_path / 'X.github-action.json'}\n"
    done = run("export", packed, "-o", packed)
    assert done.returncode == 1 and "it is an input too" in done.stderr
    assert gzip.decompress(packed.read_bytes()) == runs["old"].read_bytes()


def test_a_document_from_a_pipe(runs):
    script = 'exec "$0" "$1" <(cat "$2") -o /dev/stdout'
    command = ["bash", "-c", script, sys.executable, PLOT / "export.py", runs["old"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "") and json.loads(done.stdout)
    # Nothing can be written beside a pipe.
    command[2] = 'exec "$0" "$1" <(cat "$2")'
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1 and "no file can stand beside a pipe: name another output" in done.stderr
