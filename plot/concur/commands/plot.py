#!/usr/bin/env python3
"""Draws the charts of a concur results document.

    plot/plot.py results.json -o charts/
    plot/plot.py results.json --only scaling_echo --format svg

Several documents are drawn as one if they come from the same machine, build and placement. The files
written are printed, one per line; charts for which there is nothing to draw are named with the reason.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import interpreter

# The charts: each is a module with a function draw(document, output).
CHARTS = ("overview", "bars", "scaling", "load", "latency", "cost", "memory")
MODULES = {"load": "offered_load"}
FORMATS = ("png", "svg")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="plot.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    parser.add_argument("-o", "--output", type=Path, default=Path("charts"), help="folder (default: charts/)")
    parser.add_argument(
        "--format", choices=FORMATS, action="append", help="may be given twice (default: both)"
    )
    kinds = ", ".join(CHARTS)
    parser.add_argument("--only", metavar="NAME", help=f"one chart (scaling_echo) or one kind ({kinds})")
    return parser.parse_args()


def fail(reason: object) -> int:
    print(f"plot.py: {reason}", file=sys.stderr)
    return 1


def draw(chosen: argparse.Namespace) -> int:
    import matplotlib

    from concur.drawing import style
    from concur.documents.results import DocumentError, load_all
    from concur.drawing.output import Output, OutputError

    try:
        document = load_all(chosen.results)
        output = Output(chosen.output, chosen.format or FORMATS, chosen.only)
        output.prepare()
        # Not what the reader's own matplotlibrc says: charts look the same everywhere.
        matplotlib.rcdefaults()
        with matplotlib.rc_context(style.RC):
            for name in CHARTS:
                importlib.import_module(f"concur.charts.{MODULES.get(name, name)}").draw(document, output)
    except (DocumentError, OutputError) as error:
        return fail(error)
    if not output.wanted:
        return fail(f"no chart is called {chosen.only}: choose from {', '.join(output.offered)}")
    return 0


def main() -> int:
    chosen = arguments()
    interpreter.require(interpreter.CHARTS)
    return draw(chosen)


if __name__ == "__main__":
    sys.exit(main())
