"""Where the runner writes: links, pipes, devices, full disks. What was measured is kept; it says where."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE_S, ROOT, SAMPLES, Bench, outcomes

sys.path.insert(0, str(ROOT / "tests"))
from namespaces import in_mount_namespace  # noqa: E402

# The sixth sample of the first round.
HANGING = "echo/poll/connections:100/"
DONE_BEFORE = 5


def command_to_resume(said: str) -> list[str]:
    return shlex.split(said.strip().splitlines()[-1].split("; resume with: ")[1])


def test_a_link_is_followed_to_the_end(bench: Bench) -> None:
    real = bench.folder / "real.json"
    link = bench.folder / "latest.json"
    link.symlink_to("real.json")
    bench.behave((HANGING, "hang"))
    _, said = bench.stop_while_hanging(signal.SIGTERM, "-o", link)
    assert link.is_symlink() and len(json.loads(real.read_text())["benchmarks"]) == DONE_BEFORE
    bench.behave()
    assert bench.run(bench.suite, "--resume", link).returncode == 0
    assert link.is_symlink() and outcomes(json.loads(real.read_text())) == {"ok": SAMPLES}
    assert not list(bench.folder.glob("*.journal"))


def test_a_file_behind_a_link_is_not_overwritten(bench: Bench) -> None:
    (bench.folder / "real.json").write_text("precious")
    link = bench.folder / "latest.json"
    link.symlink_to("real.json")
    done = bench.run(bench.suite, "-o", link)
    assert done.returncode == 2 and "exists" in done.stderr
    assert (bench.folder / "real.json").read_text() == "precious"


def read_later(path: Path) -> "tuple[threading.Thread, list[str]]":
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    return reader, read


def test_a_pipe_gets_the_document_once(bench: Bench) -> None:
    pipe = bench.folder / "pipe"
    os.mkfifo(pipe)
    reader, read = read_later(pipe)
    done = bench.run(bench.suite, "-o", pipe)
    reader.join()
    assert done.returncode == 0, done.stderr
    assert outcomes(json.loads(read[0])) == {"ok": SAMPLES}
    assert pipe.is_fifo() and bench.left_behind() == []


def test_a_run_into_a_pipe_is_resumed_into_a_file(bench: Bench) -> None:
    pipe = bench.folder / "pipe"
    os.mkfifo(pipe)
    reader, read = read_later(pipe)
    bench.behave((HANGING, "hang"))
    status, said = bench.stop_while_hanging(signal.SIGTERM, "-o", pipe)
    reader.join()
    assert status == 143
    assert len(json.loads(read[0])["benchmarks"]) == DONE_BEFORE
    bench.behave()
    again = command_to_resume(said)
    assert Path(again[-1]).parent == bench.temporary
    done = subprocess.run(again, cwd=bench.folder, capture_output=True, timeout=PATIENCE_S, text=True)
    assert done.returncode == 0, done.stderr
    assert outcomes(json.loads(Path(again[-1]).read_text())) == {"ok": SAMPLES}
    assert bench.left_behind() == [Path(again[-1])]


def test_a_stopped_run_does_not_wait_for_the_reader_of_a_pipe(bench: Bench) -> None:
    pipe = bench.folder / "pipe"
    os.mkfifo(pipe)
    bench.behave((HANGING, "hang"))
    status, said = bench.stop_while_hanging(signal.SIGTERM, "-o", pipe)
    assert status == 143
    found = re.search(
        r"cannot write \S+pipe: open: No such device or address; the results are in (\S+);", said
    )
    assert found and len(json.loads(Path(found[1]).read_text())["benchmarks"]) == DONE_BEFORE
    bench.behave()
    assert subprocess.run(command_to_resume(said), cwd=bench.folder, timeout=PATIENCE_S).returncode == 0


def test_standard_output_holds_nothing_but_the_document(bench: Bench) -> None:
    done = bench.run(bench.suite, "-o", "/dev/stdout")
    assert done.returncode == 0
    assert outcomes(json.loads(done.stdout)) == {"ok": SAMPLES}
    assert f"{SAMPLES} samples" in done.stderr


def test_a_device_stays_a_device(bench: Bench) -> None:
    script = """
        mount -t tmpfs none /dev; mknod -m 666 /dev/null c 1 3; ln -s /proc/self/fd /dev/fd
        "$@"; [ -c /dev/null ]
    """
    done = in_mount_namespace(script, *bench.command(bench.suite, "-o", "/dev/null"), cwd=bench.folder)
    assert done.returncode == 0, done.stderr


def test_a_file_in_a_folder_that_may_not_be_written(bench: Bench) -> None:
    """Root may write everywhere, so the folder is mounted for reading, and the file in it for writing."""
    bench.output.touch()
    folder = bench.folder / "folder"
    folder.mkdir()
    (folder / "x.json").touch()
    script = """
        folder=$1; file=$2; shift 2
        mount -t tmpfs none "$folder"; touch "$folder/x.json"; mount --bind "$file" "$folder/x.json"
        mount -o remount,ro "$folder"
        "$@"; [ "$(ls "$folder")" = x.json ]
    """
    words = bench.command(bench.suite, "-o", folder / "x.json")
    environment = os.environ | {"TMPDIR": str(bench.temporary)}
    done = in_mount_namespace(script, folder, bench.output, *words, cwd=bench.folder, env=environment)
    assert done.returncode == 0, done.stderr
    assert outcomes(bench.document()) == {"ok": SAMPLES}
    assert bench.left_behind() == []


def test_a_full_temporary_folder_does_not_matter(bench: Bench) -> None:
    script = """
        mount -t tmpfs -o size=4k none "$TMPDIR"; head -c 1M /dev/zero >"$TMPDIR/filler" 2>/dev/null || true
        "$@"
    """
    environment = os.environ | {"TMPDIR": str(bench.temporary)}
    done = in_mount_namespace(
        script, *bench.command(bench.suite, "-o", bench.output), cwd=bench.folder, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES}


@pytest.mark.parametrize("room", ["48k", "72k"])
def test_a_full_disk_stops_the_run_at_once_with_the_line_to_resume(bench: Bench, room: str) -> None:
    """On a full disk the journal cannot go on; on a larger one the document does not fit beside it."""
    folder = bench.folder / "small"
    folder.mkdir()
    script = f"""
        folder=$1; shift
        mount -t tmpfs -o size={room} none "$folder"
        set +e; "$@"; code=$?; set -e
        echo "code $code, $(ls "$folder")"
        mount -o remount,size=10M "$folder"
        eval "$(sed -n 's/.*; resume with: //p' "$folder/../said")"
        cp "$folder/x.json" "$folder/.."
    """
    words = [*bench.command(bench.suite, "-o", folder / "x.json"), "--rounds", "3"]
    quoted = " ".join(shlex.quote(word) for word in words) + ' 2>"$folder/../said"'
    script = script.replace('"$@"', quoted)
    environment = os.environ | {"TMPDIR": str(bench.temporary)}
    done = in_mount_namespace(script, folder, cwd=bench.folder, env=environment)
    said = (bench.folder / "said").read_text()
    assert done.returncode == 0, done.stderr + said
    assert done.stdout.startswith("code 2, x.json\nx.json.journal\n")
    last = said.splitlines()[-1]
    assert "cannot write" in last and "No space left on device" in last
    document = json.loads((bench.folder / "x.json").read_text())
    # One more if the baseline was measured again, for what the full disk has cut off.
    assert set(outcomes(document)) == {"ok"} and len(document["benchmarks"]) >= 3 * SAMPLES // 2
    assert document["context"]["concur"]["complete"]
    kept = [Path(found) for found in re.findall(r"the results are in (\S+);", last)]
    assert len(kept) == (room == "72k")
    for path in kept:
        assert outcomes(json.loads(path.read_text())) == {"ok": 3 * SAMPLES // 2}


def test_no_room_for_the_journal_is_found_at_once(bench: Bench) -> None:
    folder = bench.folder / "small"
    folder.mkdir()
    script = 'mount -t tmpfs -o size=4k none "$1"; shift; "$@" || echo "code $?, $(ls "$OLDPWD")"'
    script = script.replace('"$OLDPWD"', shlex.quote(str(folder)))
    words = bench.command(bench.suite, "-o", folder / "x.json")
    done = in_mount_namespace(script, folder, *words, cwd=bench.folder)
    assert done.stdout == "code 2, \n", done.stderr
    assert "No space left on device" in done.stderr and bench.calls() == []


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_descriptors(bench: Bench, closed: str) -> None:
    words = bench.command(bench.suite, "-o", bench.output)
    done = subprocess.run(
        ["bash", "-c", f'"$@" {closed}', "bash", *words], timeout=PATIENCE_S, capture_output=True
    )
    assert done.returncode == 0
    assert outcomes(bench.complete_document()) == {"ok": SAMPLES}


def test_two_runs_at_once_have_two_names(bench: Bench) -> None:
    runs = [bench.start(bench.suite) for _ in range(3)]
    for run in runs:
        run.communicate(timeout=PATIENCE_S)
    assert [run.returncode for run in runs] == [0, 0, 0]
    documents = list((bench.folder / "results/local").iterdir())
    assert len(documents) == 3
    for path in documents:
        document: Any = json.loads(path.read_text())
        assert outcomes(document) == {"ok": SAMPLES}


def test_an_option_and_its_value_may_be_one_word(bench: Bench) -> None:
    assert bench.run(bench.suite, f"-o{bench.output}").returncode == 0
    bench.complete_document()
