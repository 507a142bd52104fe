"""Files of concur that stand among results documents but are none: a pattern like *.json names them too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# By the end of a file's name: files that are no JSON.
OF_NAMES = {
    ".journal": "the journal of a run: suite_runner --resume finishes this run",
    ".html": "a page for browsers",
    ".md": "a text for readers",
    ".png": "a chart",
    ".svg": "a chart",
}
# By the keys that such an object has, and a results document has not.
OF_KEYS = (
    ({"findings"}, "the verdicts of findings.py"),
    ({"environment", "changed", "compared"}, "a comparison of compare.py"),
    ({"rounds", "groups"}, "a suite of findings.py, not its results"),
    ({"rounds", "cases"}, "a suite of cases, not its results"),
    ({"$schema"}, "the description of the format"),
)
OF_EXPORT = {"name", "unit", "value", "range", "extra"}


def by_name(path: Path) -> str | None:
    """What this file is, by the end of its name. None: it may be a results document."""
    return next((what for suffix, what in OF_NAMES.items() if path.name.endswith(suffix)), None)


def by_content(data: Any) -> str | None:
    """What this JSON is if concur wrote it, but it holds no results."""
    if isinstance(data, list):
        entries = data and all(isinstance(entry, dict) and entry.keys() == OF_EXPORT for entry in data)
        return "a file of export.py for github-action-benchmark" if entries else None
    if isinstance(data, dict) and "benchmarks" not in data:
        return next((what for keys, what in OF_KEYS if keys <= data.keys()), None)
    return None
