#!/usr/bin/env python3
"""Writes the generated blocks of the documentation. Only starts docs/blocks/command.py."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "plot")]

import interpreter  # noqa: E402

if __name__ == "__main__":
    interpreter.require(["numpy", "scipy", "jinja2"])
    # Only now, because this interpreter may not have what it needs.
    from blocks import command

    sys.exit(command.main())
