"""Writes outputs to the paths that users name. sys/output_file.h has the same rules for the C++ programs.

An ordinary file is replaced in one step, with the same owner and mode: a reader finds the old content or the
new, never a part of it. Links to it stay links. A file that cannot be replaced (its folder is not writable or
belongs to others, it is mounted there, or has several names) is written into. So are devices, pipes and
descriptors: they are never replaced and never truncated.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import select
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LINKS_MOST = 40
# A new file takes its mode from the umask.
MODE_OF_NEW = 0o666
NOT_REPLACEABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG)
# The temporary file was written, but cannot take the place of the other file.
NOT_RENAMEABLE = (errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class WriteError(Exception):
    """An output cannot be written; the text is one line that says what to do."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: cannot be written: {why}: name another output")


def beside(path: Path, suffix: str) -> Path:
    """The place for an output of which only the input is named. Raises WriteError: a pipe has none."""
    if not path.is_file():
        raise WriteError(path, "no file can stand beside a pipe")
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".json") + suffix)


def require_file(path: Path) -> None:
    """Raises WriteError if it is a device, a pipe or a folder: others are to read it, or stand beside it."""
    if path.exists() and not path.is_file():
        raise WriteError(path, "it is no ordinary file")


@dataclass(frozen=True)
class _Place:
    """Where an output goes, after all symbolic links."""

    path: Path
    # If it is a descriptor that this process has open.
    descriptor: int | None = None


def _find(path: Path) -> _Place:
    at = path
    for _ in range(LINKS_MOST):
        is_number = re.fullmatch("[0-9]{1,9}", at.name) is not None
        # By its name, because /proc may not be mounted.
        if is_number and str(at.parent) in ("/dev/fd", "/proc/self/fd"):
            return _Place(at, int(at.name))
        folder = os.path.realpath(at.parent, strict=True)
        if is_number and re.fullmatch(rf"/proc/{os.getpid()}(/task/\d+)?/fd", folder):
            return _Place(at, int(at.name))
        here = Path(folder, at.name)
        # The links in the folder of another process's descriptors do not name what they lead to.
        if not here.is_symlink() or re.fullmatch(r"/proc/.*/fd", folder):
            return _Place(here)
        at = Path(folder, os.readlink(here))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def require_writable(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Checks, before there is anything to write, that write() will be able to. Raises WriteError.

    Truncates nothing, opens no pipe, and leaves no new file. An output must not be one of the inputs.
    """
    try:
        _require_writable(_find(path))
    except OSError as error:
        raise WriteError(path, error.strerror) from None
    for given in inputs:
        if path.is_file() and given.is_file() and path.samefile(given):
            raise WriteError(path, "it is an input too")


def _require_writable(place: _Place) -> None:
    if place.descriptor is not None:
        _require_writable_descriptor(place.descriptor)
        return
    status = _status(place.path)
    if status is None:
        # Only an attempt shows that the name is not too long, and that the file system takes another file.
        os.close(os.open(place.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE_OF_NEW))
        os.unlink(place.path)
    elif stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        os.close(os.open(place.path, os.O_WRONLY))
    elif stat.S_ISSOCK(status.st_mode):
        # It has a name for connect() only.
        raise OSError(errno.ENXIO, "it is a socket")
    elif not os.access(place.path, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _require_writable_descriptor(descriptor: int) -> None:
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    if flags & os.O_ACCMODE == os.O_RDONLY or flags & os.O_PATH:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def write(path: Path, content: bytes) -> None:
    """Raises WriteError. A pipe may have a slow reader, or none yet: this waits for it."""
    try:
        _write(_find(path), content)
    except BrokenPipeError:
        # The reader (`| head`, for example) has got as much as it wanted.
        pass
    except OSError as error:
        raise WriteError(path, error.strerror) from None


def _write(place: _Place, content: bytes) -> None:
    if place.descriptor is not None:
        # What was printed before comes first.
        sys.stdout.flush()
        # Opened by its name, a file would be written from its beginning, and a socket could not be opened.
        _write_all(place.descriptor, content)
        return
    status = _status(place.path)
    if status is None or stat.S_ISREG(status.st_mode):
        if not _replace(place.path, status, content):
            _write_into(place.path, content)
        return
    descriptor = os.open(place.path, os.O_WRONLY | os.O_NOCTTY)
    try:
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            ready = select.poll()
            ready.register(descriptor, select.POLLOUT)
            ready.poll()


def _replace(path: Path, old: os.stat_result | None, content: bytes) -> bool:
    """False if the file cannot be replaced. Nothing has changed then."""
    # Its other names would keep the old content.
    if old is not None and old.st_nlink > 1:
        return False
    temporary = path.with_name(f"{path.name}.tmp.{os.getpid()}")
    try:
        try:
            # A killed program with our number may have left one.
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE_OF_NEW)
        except OSError as error:
            if error.errno in NOT_REPLACEABLE:
                return False
            raise
        try:
            if old is not None and not _take_owner_and_mode(descriptor, old):
                return False
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.rename(temporary, path)
        except OSError as error:
            if error.errno in NOT_RENAMEABLE:
                return False
            raise
        return True
    finally:
        # Also if a signal ends the program here. After the renaming there is none.
        try:
            temporary.unlink(missing_ok=True)
        except OSError:
            pass


def _take_owner_and_mode(descriptor: int, old: os.stat_result) -> bool:
    own = os.fstat(descriptor)
    try:
        if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid):
            os.fchown(descriptor, old.st_uid, old.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    except OSError:
        return False
    return True


def _write_into(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, MODE_OF_NEW)
    try:
        size = os.fstat(descriptor).st_size
        try:
            # A full disk is noticed while the old content is still whole. Not every file system can tell.
            os.posix_fallocate(descriptor, 0, max(1, len(content)))
        except OSError as error:
            if error.errno in FULL:
                os.ftruncate(descriptor, size)
                raise
        _write_all(descriptor, content)
        os.ftruncate(descriptor, len(content))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_standard_output(path: Path) -> bool:
    """Whether it is the file or pipe that is standard output. A terminal shows all, so it is not meant."""
    try:
        ours, theirs = os.fstat(1), os.stat(path)
    except OSError:
        return False
    return os.path.samestat(ours, theirs) and not stat.S_ISCHR(ours.st_mode)
