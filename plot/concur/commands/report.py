"""Writes the report of a results document: one HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from concur.commands import options
from concur.commands.printing import fail
from concur.documents import output_file
from concur.documents.output_file import WriteError
from concur.documents.results import DocumentError, load_all
from concur.findings.definitions import FindingsError
from concur.report import render


def main(argv: Sequence[str]) -> int:
    chosen = options.report(argv)
    findings = chosen.findings
    if findings is None and options.FINDINGS_FILE.exists():
        # An installed concur has no findings.
        findings = options.FINDINGS_FILE
    try:
        document = load_all(chosen.results)
        output = chosen.output or output_file.beside(document.paths[0], ".html")
        output_file.require_writable(output, (*document.paths, *filter(None, (chosen.against, findings))))
        inputs = render.Inputs(document, output, findings, chosen.against)
        output_file.write(output, render.render(render.gather(inputs)).encode())
    except (DocumentError, FindingsError, WriteError) as error:
        return fail("report.py", error)
    if not output_file.is_standard_output(output):
        print(output)
    return 0
