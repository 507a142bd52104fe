"""Draws the charts of results documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from concur.charts import comparison_bars, grain, latency, memory, offered_load, overview, scaling, workers
from concur.commands import options
from concur.commands.printing import fail
from concur.documents import labels
from concur.documents.output_file import WriteError
from concur.documents.results import Document, DocumentError, load_all
from concur.drawing import style
from concur.drawing.output import Output, OutputError

PROGRAM = "plot.py"
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


def draw(document: Document, output: Output) -> None:
    with style.applied():
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
    except (DocumentError, OutputError, WriteError) as error:
        return fail(PROGRAM, error)
    if not output.wanted:
        return fail(PROGRAM, f"no chart is called {chosen.only}: choose from {', '.join(output.offered)}")
    return 0
