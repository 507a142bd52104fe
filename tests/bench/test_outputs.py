"""What the binaries write, and into what: links, pipes, devices, full disks; and what a signal leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from namespaces import in_mount_namespace  # noqa: E402

BINARIES = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench"))
SCHEMA = json.loads((ROOT / "results/schema.json").read_text())
CPU = BINARIES / "bench_cpu"
IO = BINARIES / "bench_io"
NOOP = ("--case", "noop/serial/tasks:10")
SHORT = ("--case", "timers/serial/tasks:1/naps:1/nap_us:100")
LONG = ("--case", "timers/serial/tasks:1/naps:1/nap_us:10000000")


def call(*words: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    command = [str(word) for word in words]
    return subprocess.run(command, text=True, timeout=120, check=False, **pipes)


def valid(text: str) -> Any:
    document = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def names(document: Any) -> list[str]:
    return [entry["concur"]["workload"] for entry in document["benchmarks"] if "concur" in entry]


def kept(said: str) -> Any:
    """The document that the last line says was written elsewhere; removes it."""
    found = re.search(r"; the results are in (\S+)$", said.strip().splitlines()[-1])
    assert found, said
    path = Path(found[1])
    document = valid(path.read_text())
    path.unlink()
    return document


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("old")
    link = tmp_path / "latest.json"
    link.symlink_to("real.json")
    done = call(CPU, *NOOP, f"--benchmark_out={link}")
    assert done.returncode == 0, done.stderr
    assert link.is_symlink() and names(valid(real.read_text())) == ["noop"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    done = call(CPU, *NOOP, f"--benchmark_out={pipe}")
    reader.join()
    assert done.returncode == 0, done.stderr
    assert pipe.is_fifo() and names(valid(read[0])) == ["noop"]


def test_a_signal_ends_the_wait_for_the_reader_of_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [str(word) for word in (CPU, *NOOP, f"--benchmark_out={pipe}")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while children.read_text() == "":  # it measures in a child ...
        pass
    while children.read_text() != "":  # ... which has ended
        pass
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143
    assert names(kept(said)) == ["noop"]


@pytest.mark.parametrize("descriptor", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_process_substitution_is_written_into(descriptor: str) -> None:
    reading, writing = os.pipe()
    path = descriptor.format(writing)
    with open(reading) as reader:
        done = call(CPU, *NOOP, f"--benchmark_out={path}", pass_fds=[writing])
        os.close(writing)
        assert done.returncode == 0, done.stderr
        assert names(valid(reader.read())) == ["noop"]


def test_standard_output_holds_nothing_but_the_document() -> None:
    done = call(CPU, *NOOP, "--benchmark_out=/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert names(valid(done.stdout)) == ["noop"]
    assert "noop/serial" in done.stderr, "the table goes elsewhere"


def test_standard_output_that_is_a_file_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as file:
        done = call(CPU, *NOOP, "--benchmark_out=/dev/stdout", stdout=file)
    assert done.returncode == 0
    first, _, rest = log.read_text().partition("\n")
    assert first == "before" and names(valid(rest)) == ["noop"]


def test_a_device_stays_a_device() -> None:
    script = """
        mount -t tmpfs none /dev; mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/full c 1 7
        ln -s /proc/self/fd /dev/fd; ln -s null /dev/link
        for name in null link; do
            "$1" --case noop/serial/tasks:10 --benchmark_out=/dev/$name; [ -c /dev/null ]
        done
        [ -L /dev/link ]
    """
    done = in_mount_namespace(script, CPU)
    assert done.returncode == 0, done.stderr


def test_a_mounted_file_is_written_into(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside.json", tmp_path / "inside.json"
    outside.write_text("old" * 100_000)
    inside.touch()
    script = 'mount --bind "$2" "$3"; "$1" --case noop/serial/tasks:10 --benchmark_out="$3"'
    done = in_mount_namespace(script, CPU, outside, inside)
    assert done.returncode == 0, done.stderr
    assert names(valid(outside.read_text())) == ["noop"]


def test_a_full_disk_loses_nothing(tmp_path: Path, temporary: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    script = """
        mount -t tmpfs -o size=16k none "$2"; echo old >"$2/x.json"
        "$1" --case noop/serial/tasks:10 --benchmark_out="$2/x.json" && exit 1 || [ $? = 2 ]
        [ "$(cat "$2/x.json")" = old ]; [ "$(ls "$2")" = x.json ]
    """
    done = in_mount_namespace(script, CPU, small)
    assert done.returncode == 0, done.stderr
    assert "cannot write" in done.stderr and "No space left on device" in done.stderr
    assert names(kept(done.stderr)) == ["noop"]
    assert list(temporary.iterdir()) == []


def test_a_folder_that_is_gone_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    # The folder is removed while the case is measured.
    process = subprocess.Popen(
        [IO, "--case", "timers/serial/tasks:1/naps:1/nap_us:1000000", f"--benchmark_out={folder}/x.json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while children.read_text() == "":
        pass
    folder.rmdir()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2 and "No such file or directory" in said
    assert names(kept(said)) == ["timers"]


@pytest.mark.parametrize("more", [[], ["--benchmark_format=json"]])
def test_what_standard_output_does_not_take_is_kept(more: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = call(CPU, *NOOP, *more, stdout=full)
    assert done.returncode == 2
    assert names(kept(done.stderr)) == ["noop"]


def test_what_is_in_a_file_is_not_kept_twice(tmp_path: Path, temporary: Path) -> None:
    out = tmp_path / "x.json"
    with open("/dev/full", "w") as full:
        done = call(CPU, *NOOP, f"--benchmark_out={out}", stdout=full)
    assert done.returncode == 2 and done.stderr.rstrip().endswith(f"the results are in {out}")
    assert names(valid(out.read_text())) == ["noop"] and list(temporary.iterdir()) == []


@pytest.mark.parametrize("closed", [[0], [1], [2], [0, 1], [0, 1, 2]])
def test_closed_standard_descriptors(tmp_path: Path, closed: list[int]) -> None:
    out = tmp_path / "x.json"
    redirections = " ".join(f"{descriptor}>&-" for descriptor in closed)
    case = "echo/epoll/connections:3/requests:9"
    done = call("bash", "-c", f'"$@" {redirections}', "bash", IO, "--case", case, f"--benchmark_out={out}")
    assert done.returncode == 0, done.stderr
    document = valid(out.read_text())
    assert [entry["concur"]["outcome"] for entry in document["benchmarks"]] == ["ok"]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_keeps_what_was_measured(tmp_path: Path, how: signal.Signals, code: int) -> None:
    process, children = measuring(tmp_path)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    out = tmp_path / "x.json"
    assert said.splitlines()[-1] == f"bench_io: stopped; the cases measured so far are in {out}"
    document = valid(out.read_text())
    assert names(document) == ["timers"] and not document["context"]["concur"]["complete"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.json"]


def test_a_crash_keeps_what_was_measured(tmp_path: Path) -> None:
    process, children = measuring(tmp_path)
    os.kill(children[0], signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert names(valid((tmp_path / "x.json").read_text())) == ["timers"]


def measuring(folder: Path) -> "tuple[subprocess.Popen[str], list[int]]":
    """A binary that has measured one case and is at the next, and its descendants."""
    command = [str(word) for word in (IO, *SHORT, *LONG, f"--benchmark_out={folder}/x.json")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "nap_us:100/" in line:
            break
    return process, list(descendants(process.pid))


def descendants(process: int) -> Iterator[int]:
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        yield int(child)
        yield from descendants(int(child))


def test_a_signal_before_the_first_case_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    out.write_text("old")
    process = subprocess.Popen([IO, *LONG, f"--benchmark_out={out}"], stdout=subprocess.DEVNULL)
    while not list(descendants(process.pid)):
        pass
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    assert out.read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--benchmark_format=xml"], "valid are: console, json, csv"),
        (["--benchmark_out_format=xml"], "valid are: console, json, csv"),
        (["--benchmark_repetitions=0"], "valid are: 1 to"),
        (["--benchmark_repetitions=many"], "valid are: 1 to"),
        (["--benchmark_min_time=long"], "valid are: 0.5, 0.5s, 100x"),
        (["--benchmark_min_warmup_time=1"], "every case has its own warm-up"),
        (["--benchmark_color=perhaps"], "valid are: auto, true, false"),
        (["--benchmark_time_unit=h"], "valid are: ns, us, ms, s"),
        (["--benchmark_list_tests=perhaps"], "valid are: true, false"),
        (["--benchmark_filter=("], "nothing to run"),
        (["--benchmark_filter=nothing"], "nothing to run"),
        (["--benchmark_out"], "--benchmark_out"),
        (["--case", "noop/serial/tasks:10"], "is given twice; --benchmark_repetitions=2"),
        (["--case", "noop/serial"], ""),
        (["BENCHMARK_FORMAT=xml"], "$BENCHMARK_FORMAT: 'xml' is not a valid value"),
        (["BENCHMARK_OUT_FORMAT=xml"], "$BENCHMARK_OUT_FORMAT: 'xml' is not a valid value"),
        (["BENCHMARK_REPETITIONS=-1"], "$BENCHMARK_REPETITIONS: '-1' is not a valid value"),
        (["BENCHMARK_TIME_UNIT=h"], "$BENCHMARK_TIME_UNIT: 'h' is not a valid value"),
        (["BENCHMARK_OUT=/no/such/x.json"], "cannot write /no/such/x.json"),
    ],
)
def test_flags_and_variables_are_checked_first(tmp_path: Path, arguments: list[str], message: str) -> None:
    flags = [word for word in arguments if not word.startswith("BENCHMARK_")]
    variables = dict(word.split("=", 1) for word in arguments if word.startswith("BENCHMARK_"))
    out = [] if "BENCHMARK_OUT" in variables else [f"--benchmark_out={tmp_path}/x.json"]
    done = call(CPU, *NOOP, *out, *flags, env=os.environ | variables)
    if message == "":
        assert done.returncode == 0, "another case of the same workload"
        return
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1] and done.stdout == ""
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--benchmark_repetitions=3", "--benchmark_report_aggregates_only=true"],
        ["--benchmark_repetitions=3", "--benchmark_report_aggregates_only"],
        ["--benchmark_repetitions=3", "--benchmark_display_aggregates_only=true"],
        ["--benchmark_repetitions=3", "--benchmark_enable_random_interleaving=true"],
        ["BENCHMARK_REPORT_AGGREGATES_ONLY=true", "BENCHMARK_REPETITIONS=3"],
        ["BENCHMARK_FORMAT=csv", "BENCHMARK_REPETITIONS=3"],
    ],
)
def test_a_document_has_all_samples_whatever_is_shown(tmp_path: Path, arguments: list[str]) -> None:
    flags = [word for word in arguments if not word.startswith("BENCHMARK_")]
    variables = dict(word.split("=", 1) for word in arguments if word.startswith("BENCHMARK_"))
    out = tmp_path / "x.json"
    done = call(CPU, *NOOP, *flags, f"--benchmark_out={out}", env=os.environ | variables)
    assert done.returncode == 0, done.stderr
    entries = [e for e in valid(out.read_text())["benchmarks"] if e["run_type"] == "iteration"]
    assert [entry["concur"]["round"] for entry in entries] == [0, 1, 2]
    shown = [line for line in done.stdout.splitlines() if "noop/serial" in line]
    only = any("aggregates_only" in word.lower() for word in arguments)
    assert any("_mean" in line for line in shown)
    assert all(re.search(r"_(mean|median|stddev|cv)", line) for line in shown) == only


@pytest.mark.parametrize("value", ["0.1", "0.1s", "100x"])
def test_a_time_that_has_no_effect_is_said_to_have_none(value: str) -> None:
    done = call(CPU, *NOOP, f"--benchmark_min_time={value}")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0].startswith("--benchmark_min_time has no effect")


def test_the_time_unit_does_not_change_the_document(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    assert call(CPU, *NOOP, "--benchmark_time_unit=us", f"--benchmark_out={out}").returncode == 0
    assert valid(out.read_text())["benchmarks"][0]["time_unit"] == "ms"


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_a_table_of_cases_with_different_counters(tmp_path: Path, how: str) -> None:
    out = tmp_path / "x.csv"
    cases = ("--case", "echo/epoll/connections:2/requests:4", *SHORT, "--case", "park/epoll/tasks:10")
    flags = ["--benchmark_out_format=csv", "--benchmark_format=csv"] if how == "flag" else []
    variables = {} if how == "flag" else {"BENCHMARK_OUT_FORMAT": "csv", "BENCHMARK_FORMAT": "csv"}
    done = call(IO, *cases, f"--benchmark_out={out}", *flags, env=os.environ | variables)
    assert done.returncode == 0, done.stderr
    for text in (out.read_text(), done.stdout):
        lines = [line for line in text.splitlines() if line.startswith(("name,", '"'))]
        assert len(lines) == 4


def test_json_on_standard_output_is_the_document() -> None:
    done = call(CPU, *NOOP, "--benchmark_format=json")
    assert done.returncode == 0
    assert names(valid(done.stdout)) == ["noop"]


def test_names_that_are_no_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    os.symlink(os.fsencode(CPU), folder + b"/bench\x01")
    command = [
        folder + b"/bench\x01",
        b"--case=noop/serial/tasks:10",
        b"--benchmark_out=" + folder + b"/x.json",
    ]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with open(folder + b"/x.json") as file:
        assert names(valid(file.read())) == ["noop"]


def test_the_runner_does_not_hand_on_variables(tmp_path: Path) -> None:
    suite = {
        "name": "small",
        "rounds": 1,
        "time_limit_s": 60,
        "placement": "shared",
        "models": {"cpu": [{"model": "serial"}], "io": [{"model": "epoll"}]},
        "cases": [{"workload": "noop", "arguments": {"tasks": 10}, "iterations": 1}],
        "controls": [],
    }
    (tmp_path / "small.json").write_text(json.dumps(suite))
    variables = {
        "BENCHMARK_REPETITIONS": "3",
        "BENCHMARK_FILTER": "nothing",
        "BENCHMARK_OUT": str(tmp_path / "not_this.json"),
        "BENCHMARK_OUT_FORMAT": "csv",
        "BENCHMARK_LIST_TESTS": "true",
    }
    out = tmp_path / "x.json"
    words = (BINARIES / "suite_runner", tmp_path / "small.json", "-o", out, "--quiet")
    done = call(*words, env=os.environ | variables)
    assert done.returncode == 0, done.stderr
    assert names(valid(out.read_text())) == ["noop"]
    assert not (tmp_path / "not_this.json").exists()


def test_a_model_named_twice_is_measured_once(tmp_path: Path) -> None:
    more = ("--model", "serial", "--model", "serial", "--benchmark_filter=^noop/serial/tasks:100/")
    done = call(CPU, *more, f"--benchmark_out={tmp_path}/x.json")
    assert done.returncode == 0, done.stderr
    assert names(valid((tmp_path / "x.json").read_text())) == ["noop"]
