"""Draws the charts of results documents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import matplotlib

from concur.charts import comparison_bars, grain, latency, memory, offered_load, overview, scaling, workers
from concur.commands import options
from concur.documents import labels
from concur.documents.results import Document, DocumentError, load_all
from concur.drawing import style
from concur.drawing.output import Output, OutputError

CHARTS: dict[str, Callable[[Document, Output], None]] = {
    "overview": overview.draw,
    "compare": comparison_bars.draw,
    "grain": grain.draw,
    "scaling": scaling.draw,
    "workers": workers.draw,
    "load": offered_load.draw,
    "latency": latency.draw,
    "memory": memory.draw,
}


def heading(document: Document) -> str:
    """For the index of the charts."""
    this = document.origin
    return f"Charts of a concur run: {this.cpu}, {labels.cpus(this)}, {this.placement}"


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
        output = Output(chosen.output, chosen.format or options.FORMATS[:1], chosen.only)
        output.prepare()
        draw(document, output)
        output.save_index(heading(document))
    except (DocumentError, OutputError) as error:
        return fail(error)
    if not output.wanted:
        return fail(f"no chart is called {chosen.only}: choose from {', '.join(output.offered)}")
    return 0
