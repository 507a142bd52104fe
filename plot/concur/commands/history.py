"""Draws the results of one machine over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from concur.charts import history
from concur.commands import options
from concur.commands.printing import fail
from concur.documents.output_file import WriteError
from concur.documents.results import (
    Document,
    DocumentError,
    load_each,
    require_different_runs,
    require_one_kind,
)
from concur.drawing import style
from concur.drawing.output import Output, OutputError

# These must be the same in all runs of a chart; everything else may change over time.
FIXED = ("cpu", "cpus", "placement")


def load_runs(paths: Sequence[Path], any_host: bool = False) -> list[Document]:
    """The documents, in the order in which they were measured."""
    found = load_each(paths)
    first = found[0]
    for other in found:
        require_one_kind(first, other)
        ours, theirs = first.origin, other.origin
        names = f"{other.paths[0]}: another {{}} ({{}}) than {first.paths[0]} ({{}}): "
        for field in ours.differences(theirs, FIXED):
            words = names.format(field, getattr(theirs, field), getattr(ours, field))
            raise DocumentError(f"{words}draw them apart")
        if not any_host and not ours.is_machine_of(theirs):
            words = names.format("host", theirs.host, ours.host)
            raise DocumentError(f"{words}draw them apart, or give --any-host if it is the same machine")
    require_different_runs(found)
    return sorted(found, key=history.began)


def main(argv: Sequence[str]) -> int:
    chosen = options.history(argv)
    try:
        runs = load_runs(chosen.results, chosen.any_host)
        output = Output(chosen.output, chosen.format or options.FORMATS[:1])
        output.prepare()
        with style.applied():
            history.draw(runs, output)
    except (DocumentError, OutputError, WriteError) as error:
        return fail("history.py", error)
    return 0
