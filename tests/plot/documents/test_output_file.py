"""Outputs go where their path leads, and whatever is there stays what it is."""

import errno
import os
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from concur.documents import output_file
from concur.documents.output_file import WriteError
from programs import PLOT

NOBODY = 65534
# A generous limit, which only ends a test that hangs.
LIMIT_S = 60


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.json"


def names(folder):
    return sorted(one.name for one in folder.iterdir())


def test_a_new_file_has_the_mode_of_the_umask(path):
    old = os.umask(0o027)
    try:
        output_file.write(path, b"new")
    finally:
        os.umask(old)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(path.parent) == ["out.json"]


def test_a_file_is_replaced_and_keeps_its_mode(path):
    path.write_bytes(b"old and longer")
    path.chmod(0o600)
    with path.open("rb") as reader:
        output_file.write(path, b"new")
        assert reader.read() == b"old and longer", "it was not written into"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path.parent) == ["out.json"]


def test_links_stay_links(path):
    folder = path.parent / "elsewhere"
    folder.mkdir()
    (folder / "first").symlink_to("second")
    path.symlink_to("elsewhere/first")
    output_file.require_writable(path)
    # The last link leads to a file that is not there yet.
    output_file.write(path, b"new")
    assert path.is_symlink() and (folder / "first").is_symlink()
    assert (folder / "second").read_bytes() == b"new"
    output_file.write(path, b"newer")
    assert (folder / "second").read_bytes() == b"newer"
    assert names(folder) == ["first", "second"] and names(path.parent) == ["elsewhere", "out.json"]


def test_links_in_a_circle_are_refused(path):
    path.symlink_to("other")
    (path.parent / "other").symlink_to(path.name)
    for use in (output_file.require_writable, lambda one: output_file.write(one, b"new")):
        with pytest.raises(WriteError, match="Too many levels of symbolic links"):
            use(path)


def test_all_names_of_a_file_have_the_new_content(path):
    path.write_bytes(b"old and longer")
    other = path.parent / "other"
    other.hardlink_to(path)
    output_file.write(path, b"new")
    assert other.read_bytes() == b"new" and other.samefile(path)


def read_in_background(descriptor):
    found = bytearray()

    def read():
        while chunk := os.read(descriptor, 4096):
            found.extend(chunk)

    # A daemon, so that a test that fails does not wait for it.
    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, found


def test_a_pipe_is_written_into_though_its_reader_comes_late(path):
    os.mkfifo(path)
    # This would wait if it opened the pipe.
    output_file.require_writable(path)
    content = b"x" * 200_000

    def read():
        with path.open("rb") as file:
            found.append(file.read())

    found = []
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    output_file.write(path, content)
    reader.join(LIMIT_S)
    assert found == [content]
    assert stat.S_ISFIFO(path.stat().st_mode) and names(path.parent) == ["out.json"]


def test_a_descriptor_is_written_at_its_place(path):
    """Opened by name, the file would be written from its beginning."""
    with path.open("wb", buffering=0) as file:
        file.write(b"before ")
        for name in (f"/dev/fd/{file.fileno()}", f"/proc/{os.getpid()}/fd/{file.fileno()}"):
            output_file.require_writable(Path(name))
            output_file.write(Path(name), b"new ")
        link = path.parent / "link"
        link.symlink_to(f"/dev/fd/{file.fileno()}")
        output_file.write(link, b"newer")
        assert link.is_symlink()
    assert path.read_bytes() == b"before new new newer"


def test_a_descriptor_that_does_not_wait_gets_all(monkeypatch):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    size = os.write(writing, b"x" * 1_000_000)
    readers = []

    class Poll:
        """Reads only when somebody waits for it: until then the pipe is full."""

        def __init__(self):
            self.poll_ = real_poll()
            self.register = self.poll_.register

        def poll(self):
            if not readers:
                readers.append(read_in_background(reading))
            return self.poll_.poll()

    real_poll = select.poll
    monkeypatch.setattr(select, "poll", Poll)
    output_file.write(Path(f"/dev/fd/{writing}"), b"y" * 200_000)
    os.close(writing)
    ((reader, found),) = readers
    reader.join(LIMIT_S)
    os.close(reading)
    assert found == b"x" * size + b"y" * 200_000


def test_a_reader_that_stops_early_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    output_file.write(Path(f"/dev/fd/{writing}"), b"new")
    os.close(writing)


def test_descriptors_that_cannot_be_written(path):
    path.write_bytes(b"old")
    with path.open("rb") as file:
        for name in (f"/dev/fd/{file.fileno()}", "/dev/fd/987654"):
            with pytest.raises(WriteError, match="Bad file descriptor"):
                output_file.require_writable(Path(name))
            with pytest.raises(WriteError, match="Bad file descriptor"):
                output_file.write(Path(name), b"new")
    assert path.read_bytes() == b"old"


def test_a_device_stays_a_device(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can make a device")
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.open("wb").close()
    except OSError as error:
        pytest.skip(f"no devices here: {error.strerror}")
    output_file.require_writable(device)
    output_file.write(device, b"new")
    assert stat.S_ISCHR(device.stat().st_mode) and names(tmp_path) == ["null"]
    output_file.write(Path("/dev/null"), b"new")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_full_device_is_an_error():
    output_file.require_writable(Path("/dev/full"))
    with pytest.raises(WriteError, match="/dev/full: cannot be written: No space left on device"):
        output_file.write(Path("/dev/full"), b"new")


def test_what_cannot_be_written_is_known_before(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name, why in (
            ("none/out.json", "No such file or directory"),
            (".", "Is a directory"),
            ("socket", "it is a socket"),
            ("x" * 300, "File name too long"),
        ):
            with pytest.raises(WriteError, match=why):
                output_file.require_writable(tmp_path / name)
    assert names(tmp_path) == ["socket"]


def test_a_check_changes_nothing(path):
    output_file.require_writable(path)
    assert not path.exists()
    path.write_bytes(b"old")
    output_file.require_writable(path)
    assert path.read_bytes() == b"old"


def test_an_input_is_no_output(path):
    path.write_bytes(b"results")
    link = path.parent / "link"
    link.symlink_to(path)
    with pytest.raises(WriteError, match="it is an input too"):
        output_file.require_writable(link, [path.parent / "other", path])


@pytest.fixture
def open_folder():
    """A folder that other users can enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="concur-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def unprivileged():
    """Root is spared by the modes of files."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("mode", [0o555, 0o1777])
def test_a_file_is_written_into_if_its_folder_lets_nobody_replace_it(open_folder, mode):
    """The folder is not writable, or it is one like /tmp and the file belongs to somebody else."""
    if mode == 0o1777 and os.geteuid() != 0:
        pytest.skip("only root can make files of somebody else")
    path = open_folder / "out.json"
    path.write_bytes(b"old and longer")
    path.chmod(0o666)
    before = path.stat()
    open_folder.chmod(mode)
    with unprivileged():
        output_file.require_writable(path)
        output_file.write(path, b"new")
    after = path.stat()
    assert path.read_bytes() == b"new"
    assert (before.st_ino, before.st_uid, before.st_mode) == (after.st_ino, after.st_uid, after.st_mode)
    assert names(open_folder) == ["out.json"]
    open_folder.chmod(0o755)


def test_a_folder_that_takes_no_files_is_known_before(open_folder):
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(WriteError, match="Permission denied"):
        output_file.require_writable(open_folder / "out.json")


IN_A_NAMESPACE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from concur.documents import output_file
path = Path(sys.argv[2])
output_file.require_writable(path)
output_file.write(path, b"new")
"""


def test_a_mounted_file_is_written_into(tmp_path):
    """As a container has it (docker run -v results.json:/results.json)."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("no namespace of mounts can be made here")
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.write_bytes(b"old and longer")
    inside.write_bytes(b"hidden")
    script = 'mount --bind "$1" "$2" && shift && exec "$3" -c "$4" "$2" "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", outside, inside, PLOT, sys.executable, IN_A_NAMESPACE],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert outside.read_bytes() == b"new" and inside.read_bytes() == b"hidden"
    assert names(tmp_path) == ["inside", "outside"]


class Interrupted(BaseException):
    """As a signal ends a program."""


@pytest.mark.parametrize("call", ["write", "fsync", "rename", "fchmod"])
@pytest.mark.parametrize("reason", [OSError(errno.ENOSPC, "No space left on device"), Interrupted()])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(path, monkeypatch, call, reason):
    path.write_bytes(b"old")

    def fail(*_):
        raise reason

    if call == "fchmod" and isinstance(reason, OSError):
        pytest.skip("then the file is written into")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises((WriteError, Interrupted)):
        output_file.write(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(path.parent) == ["out.json"]


def test_what_a_killed_program_left_is_no_obstacle(path):
    (path.parent / f"out.json.tmp.{os.getpid()}").write_bytes(b"a part")
    output_file.write(path, b"new")
    assert path.read_bytes() == b"new" and names(path.parent) == ["out.json"]


def test_the_place_beside_an_input(tmp_path):
    for name in ("X.json", "X.json.gz", "X"):
        (tmp_path / name).touch()
        assert output_file.beside(tmp_path / name, ".html") == tmp_path / "X.html"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WriteError, match="no file can stand beside a pipe"):
        output_file.beside(tmp_path / "pipe", ".html")
