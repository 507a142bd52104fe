"""Draws the charts of a concur results document.

    plot/plot.py results.json -o charts/
    plot/plot.py results.json --only scaling_echo --format svg

Several documents are drawn as one if they come from the same machine, build and placement. The files
written are printed, one per line; charts for which there is nothing to draw are named with the reason.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import interpreter


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="plot.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    parser.add_argument("-o", "--output", type=Path, default=Path("charts"), help="folder (default: charts/)")
    parser.add_argument(
        "--format", choices=("png", "svg"), action="append", help="may be given twice (default: both)"
    )
    parser.add_argument("--only", metavar="NAME", help="one chart (scaling_echo) or one kind (scaling)")
    return parser.parse_args()


def draw(chosen: argparse.Namespace) -> None:
    import matplotlib

    import bars
    import overview
    import style
    from document import Document, load_all
    from output import Output

    # The charts, in the order of the report.
    charts: tuple[Callable[[Document, Output], None], ...] = (overview.draw, bars.draw)
    document = load_all(chosen.results)
    output = Output(chosen.output, tuple(dict.fromkeys(chosen.format or ("png", "svg"))), chosen.only)
    output.prepare()
    # Not what the reader's own matplotlibrc says: charts look the same everywhere.
    matplotlib.rcdefaults()
    with matplotlib.rc_context(style.RC):
        for chart in charts:
            chart(document, output)


def main() -> int:
    chosen = arguments()
    interpreter.require(interpreter.CHARTS)
    draw(chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
