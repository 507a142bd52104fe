"""Entries of a file of findings, as text."""

from __future__ import annotations

from pathlib import Path

ENTRY = """
[[finding]]
id = "{id}"
says = "Poll is much {word} than epoll."
assertion = "ratio"
of = "echo/poll/connections:10/payload:64/requests:20000/work_us:0"
to = "echo/epoll/connections:10/payload:64/requests:20000/work_us:0"
{limit}
why = "Because."
link = "docs/models.md"
"""


def write(path: Path, *entries: str) -> Path:
    path.write_text("".join(entries))
    return path


TRUE = ENTRY.format(id="true", word="slower", limit="above = 0.5")
FALSE = ENTRY.format(id="false", word="faster", limit="below = 0.5")
