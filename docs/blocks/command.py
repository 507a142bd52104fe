"""Writes all generated blocks of the documentation.

    docs/update.py                                 # asks bench_cpu of build/release, reads results/reference/
    docs/update.py --check                         # names the stale blocks, and writes nothing
    docs/update.py --only figures --documents DIR  # with the documents of another folder

Tables of models and workloads come from a benchmark program. Figures come from the published results
documents through the templates in docs/figures/. Nothing is written if a block cannot be made.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from blocks import descriptions, pages, templates
from blocks.pages import FIGURES, ROOT, TABLE, Block, BlockError

# For each kind of blocks, what makes a block of this kind by its name.
Makers = Mapping[str, Callable[[str], str]]


def read(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="update.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="print the stale blocks, and write nothing")
    parser.add_argument("--only", choices=("tables", "figures"), help="leave the other kind as it is")
    parser.add_argument(
        "--documents",
        type=Path,
        default=templates.DOCUMENTS,
        metavar="DIR",
        help="folder of quick.json, libraries.json and native.json (default: results/reference)",
    )
    parser.add_argument(
        "program",
        nargs="?",
        type=Path,
        default=ROOT / "build/release/bench/bench_cpu",
        help="describes the models and workloads (default: build/release/bench/bench_cpu)",
    )
    return parser.parse_args(argv)


def makers(chosen: argparse.Namespace) -> Makers:
    found: dict[str, Callable[[str], str]] = {}
    if chosen.only != "figures":
        found[TABLE] = descriptions.tables(descriptions.complete(chosen.program))
    if chosen.only != "tables":
        found[FIGURES] = templates.Renderer.of(chosen.documents).render
    return found


def update(page: Path, make: Makers, failures: list[str]) -> str:
    """The new text of a page. A block that cannot be made stays, and its error is added to the failures."""

    def body(block: Block) -> str | None:
        try:
            return make[block.kind](block.name) if block.kind in make else None
        except BlockError as error:
            failures.append(str(error))
            return None

    text = page.read_text()
    pages.check_markers(page, text)
    return pages.filled(text, body)


def main(argv: Sequence[str] | None = None) -> int:
    """0: the blocks are fresh; 1: with --check, some are stale; 2: some cannot be made."""
    chosen = read(argv)
    failures: list[str] = []
    try:
        make = makers(chosen)
        new = {page: update(page, make, failures) for page in pages.pages()}
    except BlockError as error:
        failures.append(str(error))
    if failures:
        # Two blocks may fail for the same reason.
        for failure in dict.fromkeys(failures):
            print(f"update.py: {failure}", file=sys.stderr)
        return 2
    changed = False
    for page, text in new.items():
        old = page.read_text()
        for name in pages.different(old, text):
            changed = True
            print(f"{os.path.relpath(page)}: {name}: {'stale' if chosen.check else 'updated'}")
        if not chosen.check and text != old:
            page.write_text(text)
    if changed and chosen.check:
        print("write them anew with docs/update.py")
    return int(changed and chosen.check)
