"""Draws the results of one machine over time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib

from concur.charts import history
from concur.commands import options
from concur.documents.results import Document, DocumentError, load
from concur.drawing import style
from concur.drawing.output import Output, OutputError

# These must be the same in all runs of a chart; everything else may change over time.
FIXED = ("host", "cpu", "cpus", "placement")


def load_runs(paths: Sequence[Path]) -> list[Document]:
    """The documents, in the order in which they were measured."""
    found = [(path, load(path)) for path in paths]
    first_path, first = found[0]
    for path, other in found:
        for field in FIXED:
            ours, theirs = getattr(first.origin, field), getattr(other.origin, field)
            if ours != theirs:
                raise DocumentError(
                    f"{path}: another {field} ({theirs}) than {first_path} ({ours}): draw them apart"
                )
    return sorted((document for _, document in found), key=history.began)


def main(argv: Sequence[str]) -> int:
    chosen = options.history(argv)
    try:
        runs = load_runs(chosen.results)
        output = Output(chosen.output, chosen.format or options.FORMATS[:1])
        output.prepare()
        matplotlib.rcdefaults()
        with matplotlib.rc_context(style.RC):
            history.draw(runs, output)
    except (DocumentError, OutputError) as error:
        print(f"history.py: {error}", file=sys.stderr)
        return 1
    return 0
