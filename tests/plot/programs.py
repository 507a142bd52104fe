"""Two ways to call a program: in this process, and in one of its own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLOT = ROOT / "plot"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def call(program: str, arguments: tuple[object, ...]) -> int:
    """What plot/<program>.py does once it has found its interpreter; gives the exit code."""
    command = importlib.import_module(f"concur.commands.{program}")
    try:
        return int(command.main([str(argument) for argument in arguments]))
    except SystemExit as end:
        return int(end.code or 0)


def start(
    program: Path | str, *arguments: object, python: tuple[str, ...] = (sys.executable,), **env: str
) -> Done:
    """For what only a process shows: launchers, interpreters, pipes, exit codes."""
    done = subprocess.run(
        [*python, str(PLOT / program), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, **env},
    )
    return Done(done.returncode, done.stdout, done.stderr)
