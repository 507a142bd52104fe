"""Draws the charts of results documents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import matplotlib

from concur.charts import bars, cost, latency, memory, offered_load, overview, scaling, workers
from concur.commands import options
from concur.documents.results import Document, DocumentError, load_all
from concur.drawing import style
from concur.drawing.output import Output, OutputError

CHARTS: dict[str, Callable[[Document, Output], None]] = {
    "overview": overview.draw,
    "bars": bars.draw,
    "scaling": scaling.draw,
    "workers": workers.draw,
    "load": offered_load.draw,
    "latency": latency.draw,
    "cost": cost.draw,
    "memory": memory.draw,
}


def fail(reason: object) -> int:
    print(f"plot.py: {reason}", file=sys.stderr)
    return 1


def draw(document: Document, output: Output) -> None:
    # Without the user's own matplotlibrc, so that charts look the same everywhere.
    matplotlib.rcdefaults()
    with matplotlib.rc_context(style.RC):
        for draw_kind in CHARTS.values():
            draw_kind(document, output)


def main(argv: Sequence[str]) -> int:
    chosen = options.plot(argv)
    try:
        document = load_all(chosen.results)
        output = Output(chosen.output, chosen.format or options.FORMATS, chosen.only)
        output.prepare()
        draw(document, output)
    except (DocumentError, OutputError) as error:
        return fail(error)
    if not output.wanted:
        return fail(f"no chart is called {chosen.only}: choose from {', '.join(output.offered)}")
    return 0
