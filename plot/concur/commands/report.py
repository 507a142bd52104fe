"""Writes the report of a results document: one HTML page."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from concur.commands import options
from concur.documents.atomic_write import replace_file
from concur.documents.results import DocumentError, load_all
from concur.findings.definitions import FindingsError
from concur.report import render


def main(argv: Sequence[str]) -> int:
    chosen = options.report(argv)
    output = chosen.output or chosen.results[0].with_suffix(".html")
    findings = chosen.findings
    if findings is None and options.FINDINGS_FILE.exists():
        # An installed concur has no findings.
        findings = options.FINDINGS_FILE
    try:
        document = load_all(chosen.results)
        inputs = render.Inputs(document, tuple(chosen.results), output, findings, chosen.against)
        replace_file(output, render.render(render.gather(inputs)).encode())
    except (DocumentError, FindingsError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"report.py: {output}: cannot be written: {error.strerror}: choose another -o", file=sys.stderr)
        return 1
    print(output)
    return 0
