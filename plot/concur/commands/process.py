"""What all programs do with their standard descriptors and with signals.

- A standard descriptor that is closed becomes /dev/null, so that no file of ours gets its number.
- Characters that the terminal does not have are replaced.
- A reader of the output that stops early (`| head`, for example) is no error: the program writes its files
  and ends as it would have ended with a reader. Any other error of the output is one line at the end.
- INT, TERM and HUP end the program with 128 + the number of the signal. Nothing is left half-written: the
  signal is an exception, and those who write files remove what is not finished.

The first python3 on PATH reads this file (see plot/interpreter.py), so it uses old syntax and only the
standard library.
"""

from __future__ import annotations

import codecs
import io
import os
import select
import signal
import sys
from typing import Any, Callable, Optional, Tuple, Union

ERRORS = "concur.replace"
# What the programs print beside ASCII.
SIMILAR = {"×": "x", "÷": "/", "µ": "u", "μ": "u", "±": "~", "·": ".", "–": "-", "…": ".", "★": "*", "◇": "o"}
ENDED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CANNOT_PRINT = 2


class Ended(BaseException):
    """A signal ends the program. Not an Exception, because libraries catch these."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


class Descriptor(io.FileIO):
    """A standard descriptor whose errors do not end the program."""

    error: Optional[OSError] = None

    def write(self, data: Any) -> int:
        size = len(data)
        try:
            while super().write(data) is None:
                # Another program has made it non-blocking.
                ready = select.poll()
                ready.register(self.fileno(), select.POLLOUT)
                ready.poll()
        except OSError as error:
            self.error = self.error or error
        return size


def replacement(error: UnicodeError) -> Tuple[Union[str, bytes], int]:
    """Instead of the first character that the encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    if "\udc80" <= character <= "\udcff" and not error.encoding.lower().startswith(("utf-16", "utf-32")):
        # A byte of a file's name: it goes out as it came in.
        return bytes([ord(character) - 0xDC00]), error.start + 1
    return SIMILAR.get(character, "?"), error.start + 1


def open_standard_descriptors() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one.
            os.open(os.devnull, os.O_RDWR)


def stream(number: int, old: Any) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(Descriptor(number, "w", closefd=False)),
        encoding=getattr(old, "encoding", None) or "utf-8",
        errors=ERRORS,
        line_buffering=getattr(old, "line_buffering", False) or number == 2,
        write_through=getattr(old, "write_through", False),
    )


def replace_streams() -> None:
    codecs.register_error(ERRORS, replacement)
    sys.stdout = stream(1, sys.stdout)
    sys.stderr = stream(2, sys.stderr)


def ignore_signals() -> None:
    for number in ENDED_BY:
        signal.signal(number, signal.SIG_IGN)


def end(number: int, _: Any) -> None:
    # One is enough: another must not interrupt the cleaning.
    ignore_signals()
    raise Ended(number)


def end_at_once(found: Any) -> None:
    """Where Python cannot hand on an exception (in a destructor, for example)."""
    if isinstance(found.exc_value, Ended):
        os._exit(found.exc_value.exit_code)
    sys.__unraisablehook__(found)


def end_by_signals() -> None:
    for number in ENDED_BY:
        # Those that are ignored remain so: nohup ignores HUP.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
    # Those that came while another interpreter was started (see plot/interpreter.py) are handled now.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDED_BY)
    # Older versions than 3.8 have none.
    sys.unraisablehook = end_at_once


def forget_output() -> None:
    """What is not printed yet would wait for a reader, perhaps without an end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def exit_code_of(body: Callable[[], int]) -> int:
    try:
        return body()
    except SystemExit as leaving:
        # Of argparse, or without an interpreter that has the modules.
        return leaving.code if isinstance(leaving.code, int) else 0


def error_of_output() -> Optional[OSError]:
    sys.stdout.flush()
    found = getattr(getattr(sys.stdout.buffer, "raw", None), "error", None)
    return None if found is None or isinstance(found, BrokenPipeError) else found


def run(name: str, body: Callable[[], int]) -> None:
    """Exits with the code that `body` returns."""
    try:
        end_by_signals()
        open_standard_descriptors()
        replace_streams()
        code = exit_code_of(body)
        error = error_of_output()
        if error is not None:
            print("{}: standard output cannot be written: {}".format(name, error.strerror), file=sys.stderr)
            code = CANNOT_PRINT
        # All is done.
        ignore_signals()
    except Ended as ended:
        forget_output()
        code = ended.exit_code
    sys.exit(code)
