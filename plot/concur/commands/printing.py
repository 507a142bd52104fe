"""Prints lines to a pipe whose reader may stop early."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable


def print_lines(lines: Iterable[str]) -> None:
    try:
        for line in lines:
            print(line.rstrip())
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`, for example) has closed the pipe. Python must not fail again when it flushes
        # at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
