#!/usr/bin/env python3
"""Prints a results document as one table: of every case the three best, and what was not ok and why.

    plot/summary.py results.json

Ratios are to the best of the case, paired by round, with their 95 % interval over rounds. A tilde
before a ratio: the interval reaches 1, so the best may be no better.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import interpreter


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="summary.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    interpreter.require(("numpy",))

    # Only now is it certain that this interpreter has numpy.
    from concur.commands import summary_table
    from concur.documents.results import DocumentError, load_all

    try:
        document = load_all(chosen.results)
    except DocumentError as error:
        print(f"summary.py: {error}", file=sys.stderr)
        return 1
    try:
        for line in summary_table.lines(document):
            print(line.rstrip())
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`); what is left must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
