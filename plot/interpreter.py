#!/usr/bin/env python3
"""Finds a Python interpreter that can import the given modules, and prints its path.

    python3 plot/interpreter.py                            # those that charts need
    python3 plot/interpreter.py matplotlib pytest          # these modules instead

It tries, in this order: $PYTHON, the active virtual environment, each python3 on PATH, /usr/bin/python3. A
candidate must really import the modules: a package that is installed may have been built for another Python.
"""

# The launchers beside this file use it to start their programs. The first python3 on PATH reads this file,
# the launchers, concur/commands/options.py and process.py; so all of them use old syntax.

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Optional, Sequence

OLDEST = (3, 11)
CHARTS = ("matplotlib", "numpy", "scipy")
REPORT = ("numpy", "scipy", "jinja2")
DEBIAN_PYTHON = "/usr/bin/python3"
PROBE_TIMEOUT_S = 60
# Set before this program starts itself again, so that it cannot do so without end.
GUARD = "CONCUR_INTERPRETER_CHOSEN"
# Debian's packages whose name is not python3-<module>.
APT_NAMES = {"yaml": "python3-yaml", "PIL": "python3-pil"}


def candidates() -> Iterator[str]:
    """All interpreters that exist, the preferred ones first, each once."""
    seen = set()
    for path in _all_candidates():
        # Links are not resolved: the python3 of a virtual environment is a link, and it must be started by
        # that name.
        absolute = os.path.abspath(path)
        if absolute not in seen and os.access(absolute, os.X_OK) and os.path.isfile(absolute):
            seen.add(absolute)
            yield absolute


def _all_candidates() -> Iterator[str]:
    chosen = shutil.which(os.environ.get("PYTHON", ""))
    if chosen:
        yield chosen
    environment = os.environ.get("VIRTUAL_ENV")
    if environment:
        yield os.path.join(environment, "bin", "python3")
        yield os.path.join(environment, "bin", "python")
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield os.path.join(folder or ".", "python3")
    yield DEBIAN_PYTHON


def imports(interpreter: str, modules: Sequence[str]) -> bool:
    """Whether this interpreter is new enough and imports all the modules."""
    lines = ["import sys", "assert sys.version_info[:2] >= {!r}".format(OLDEST)]
    lines += ["import {}".format(module) for module in modules]
    try:
        # In the root folder: with -c, Python searches the current folder first, and it may have a module of
        # that name.
        done = subprocess.run(
            [interpreter, "-c", "\n".join(lines)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find(modules: Sequence[str]) -> Optional[str]:
    for candidate in candidates():
        if imports(candidate, modules):
            return candidate
    return None


def missing(modules: Sequence[str]) -> str:
    """One line: the missing modules, and two commands that install them."""
    # apt installs for Debian's own interpreter, which may have some of them.
    lacking = [module for module in modules if not imports(DEBIAN_PYTHON, [module])] or modules
    apt = " ".join(APT_NAMES.get(module, "python3-" + module) for module in lacking)
    return "no Python {}.{} or newer with {}: run 'apt install {}' or 'pip install {}'".format(
        OLDEST[0], OLDEST[1], ", ".join(modules), apt, " ".join(modules)
    )


def require(modules: Sequence[str], without: str = "") -> None:
    """Returns if this interpreter has the modules; otherwise starts the program again under another.

    If none has them, the error begins with `without`, which says what a caller has to do without.
    """
    if sys.version_info[:2] >= OLDEST and all(_has(module) for module in modules):
        return
    found = None if os.environ.get(GUARD) else find(modules)
    if found is None:
        print("{}: {}{}".format(Path(sys.argv[0]).name, without, missing(modules)), file=sys.stderr)
        sys.exit(1)
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ[GUARD] = found
    # A signal waits until that interpreter can handle it: concur/commands/process.py.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    os.execv(found, [found] + sys.argv)


def start(command: str, modules: Sequence[str], without: str = "") -> None:
    """Runs a program of the package under an interpreter that has these modules, and exits as it does."""

    def body() -> int:
        # --help and wrong options are handled first: they need none of the modules.
        options = importlib.import_module("concur.commands.options")
        options.READ[command](sys.argv[1:])
        require(modules, without)
        main = importlib.import_module("concur.commands." + command).main
        return int(main(sys.argv[1:]))

    importlib.import_module("concur.commands.process").run(command + ".py", body)


def _has(module: str) -> bool:
    try:
        importlib.import_module(module)
    except Exception:  # A package built for another Python can fail with almost anything.
        return False
    return True


def main(argv: List[str]) -> int:
    if any(argument.startswith("-") for argument in argv):
        print((__doc__ or "").strip())
        return 0 if argv in (["-h"], ["--help"]) else 2
    modules = argv or list(CHARTS)
    found = find(modules)
    if found is None:
        print("interpreter.py: " + missing(modules), file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
