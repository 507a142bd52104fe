"""The program that measures and judges findings."""

import json
import os
import signal
import stat
import subprocess
import sys

import pytest

import synthetic
from entries import FALSE, TRUE, write
from programs import PLOT

RUNNER = """#!{python}
# Stands for suite_runner: the next document of those beside it becomes the output.
import shutil, sys
from pathlib import Path
folder = Path({folder!r})
calls = len(list(folder.glob("suite-*")))
shutil.copy(sys.argv[1], folder / f"suite-{{calls}}.json")
shutil.copy(folder / f"document-{{calls}}.json", sys.argv[sys.argv.index("--output") + 1])
sys.exit({code})
"""


@pytest.fixture(scope="module")
def documents():
    """As it is, and with an epoll that takes three times as long: 'false' is refuted by the first alone."""
    models = {name: synthetic.MODELS[name] for name in ("poll", "epoll")}
    as_it_is = synthetic.document(rounds=7, models=models, only=("echo",))
    # Its controls are far off, on purpose, which would disturb every round.
    as_it_is["benchmarks"] = [entry for entry in as_it_is["benchmarks"] if not entry["concur"]["control"]]
    slow = json.loads(json.dumps(as_it_is))
    for entry in slow["benchmarks"]:
        if entry["concur"]["model"] == "epoll":
            entry["real_time"] *= 3
    return {"as it is": as_it_is, "slow epoll": slow}


@pytest.fixture
def run_findings(tmp_path, run, documents):
    def start(findings, *names, code=0, more=()):
        for number, name in enumerate(names):
            (tmp_path / f"document-{number}.json").write_text(json.dumps(documents[name]))
        runner = tmp_path / "suite_runner"
        runner.write_text(RUNNER.format(python=sys.executable, folder=str(tmp_path), code=code))
        runner.chmod(runner.stat().st_mode | stat.S_IXUSR)
        file = write(tmp_path / "f.toml", *findings)
        return run(
            "findings", "run", "--findings", file, "--runner", runner, "-o", tmp_path / "out.json", *more
        )

    return start


def verdicts(tmp_path):
    return {
        f["id"]: f["verdict"] for f in json.loads((tmp_path / "out-verdicts.json").read_text())["findings"]
    }


def test_confirmed(run_findings, tmp_path):
    done = run_findings([TRUE], "as it is")
    assert done.returncode == 0, done.stderr
    assert verdicts(tmp_path) == {"true": "confirmed"}
    assert "1 confirmed" in done.stdout
    assert "**confirmed**" in (tmp_path / "out-verdicts.md").read_text()
    suite = json.loads((tmp_path / "suite-0.json").read_text())
    (group,) = suite["groups"]
    assert group["name"] == "true"
    assert [case.split("/")[1] for case in group["cases"]] == ["epoll", "poll"]
    assert (suite["rounds"], suite["budget_s"]) == (6, 380)


def test_refuted_twice_is_the_one_failure(run_findings, tmp_path):
    done = run_findings([TRUE, FALSE], "as it is", "as it is")
    assert done.returncode == 1, done.stderr
    assert verdicts(tmp_path) == {"true": "confirmed", "false": "refuted"}
    assert "measured once more: false" in done.stdout
    again = json.loads((tmp_path / "suite-1.json").read_text())
    assert [group["name"] for group in again["groups"]] == ["false"] and again["budget_s"] == 190


def test_refuted_once_is_inconclusive(run_findings, tmp_path):
    done = run_findings([FALSE], "as it is", "slow epoll")
    assert done.returncode == 0, done.stderr
    assert verdicts(tmp_path) == {"false": "inconclusive"}
    assert "refuted in the first run, confirmed in the second" in done.stdout


def test_sets_and_time_are_chosen(run_findings, tmp_path):
    assert run_findings([TRUE], "as it is", more=("--rounds", "8", "--budget", "30")).returncode == 0
    suite = json.loads((tmp_path / "suite-0.json").read_text())
    assert (suite["rounds"], suite["budget_s"]) == (8, 30)


def test_only_some_of_them(run_findings, tmp_path):
    assert run_findings([TRUE, FALSE], "as it is", more=("--only", "true")).returncode == 0
    assert verdicts(tmp_path) == {"true": "confirmed"}
    done = run_findings([TRUE], "as it is", more=("--only", "tru"))
    assert done.returncode == 2
    assert "no finding is called tru; there are: true" in done.stderr


def test_a_runner_that_fails_or_is_not_there(run_findings, tmp_path, run):
    done = run_findings([TRUE], "as it is", code=2)
    assert (done.returncode, done.stdout) == (2, "")
    assert "suite_runner ended with exit code 2" in done.stderr
    done = run("findings", "run", "--runner", tmp_path / "none", "-o", tmp_path / "out.json")
    assert done.returncode == 2
    assert "No such file" in done.stderr and done.stderr.count("\n") == 1


def test_a_run_with_cases_that_are_not_well_is_judged(run_findings, tmp_path):
    assert run_findings([TRUE], "as it is", code=1).returncode == 0


def test_judging_what_is_there(run, tmp_path, documents):
    results = tmp_path / "r.json"
    results.write_text(json.dumps(documents["as it is"]))
    file = write(tmp_path / "f.toml", TRUE, FALSE)
    done = run("findings", "judge", "--findings", file, results)
    assert done.returncode == 1
    assert "1 refuted, 1 confirmed" in done.stdout
    assert not (tmp_path / "r-verdicts.md").exists()


def test_where_results_and_verdicts_go_is_checked_before_minutes_of_measuring(run_findings, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "out-verdicts.md").mkdir()
    for output, why in (
        ("/dev/null", "it is no ordinary file"),
        (tmp_path / "pipe", "it is no ordinary file"),
        (tmp_path / "none/out.json", "No such file"),
        (tmp_path / "out.json", "out-verdicts.md: cannot be written: Is a directory"),
    ):
        done = run_findings([TRUE], "as it is", more=("-o", output))
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("suite-*")), "the runner was started"


def test_verdicts_stand_beside_a_name_with_dots(run, tmp_path, documents):
    results = tmp_path / "r.json"
    results.write_text(json.dumps(documents["as it is"]))
    file = write(tmp_path / "f.toml", TRUE)
    assert run("findings", "judge", "--findings", file, results, "-o", tmp_path / "v1.2.json").returncode == 0
    assert {path.name for path in tmp_path.glob("*-verdicts.*")} == {"v1.2-verdicts.json", "v1.2-verdicts.md"}
    done = run("findings", "judge", "--findings", file, results, "-o", "/dev/null")
    assert done.returncode == 2 and "it is no ordinary file" in done.stderr


STUBBORN_RUNNER = """#!{python}
# Stands for suite_runner: says that it is there, and takes a moment to end when it is asked to.
import signal, sys
def stop(number, _):
    print("ended by", number, file=open({ended!r}, "w"))
    sys.exit(128 + number)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, stop)
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_passed_on_and_waited_for(tmp_path, how):
    runner = tmp_path / "suite_runner"
    runner.write_text(STUBBORN_RUNNER.format(python=sys.executable, ended=str(tmp_path / "ended")))
    runner.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    command = [sys.executable, PLOT / "findings.py", "run", "--findings", write(tmp_path / "f.toml", TRUE)]
    process = subprocess.Popen(
        [*command, "--runner", runner, "-o", tmp_path / "out.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(how)
    said, complaints = process.communicate(timeout=60)
    assert (process.returncode, said, complaints) == (128 + how, "", "")
    assert (tmp_path / "ended").read_text() == f"ended by {int(how)}\n", "it had ended before"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_signal_that_the_parent_ignores_is_not_passed_on(tmp_path, run_findings):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run_findings([TRUE], "as it is").returncode == 0
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_repeated_run_does_not_meet_the_file_of_an_earlier_one(run_findings, tmp_path):
    (tmp_path / "out-again.json").write_text("older")
    done = run_findings([TRUE, FALSE], "as it is", "as it is", code=0)
    assert "refuted" in done.stdout
    assert (tmp_path / "out-again.json").read_text() == "older"
    assert (tmp_path / "out-again-2.json").exists()
