"""Prints a results document as a table."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from concur.commands import options, summary_table
from concur.commands.printing import fail, print_lines
from concur.documents.results import DocumentError, load_all


def main(argv: Sequence[str]) -> int:
    chosen = options.summary(argv)
    try:
        document = load_all(chosen.results)
    except DocumentError as error:
        return fail("summary.py", error)
    width = shutil.get_terminal_size(fallback=(100, 24)).columns
    print_lines(summary_table.lines(document, width, chosen.all))
    return 0
