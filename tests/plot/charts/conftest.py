"""The charts of one document, written by the program and kept for everything that is asked of them."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from concur.commands import plot
from concur.drawing import output
from concur.drawing.output import Output
from concur.drawing.page import Page
from drawn import NO_PICTURE, PICTURES, lay_out
from programs import Done, call


@dataclass
class Written(Output):
    """Writes the charts as usual, some of them without a picture in them, and keeps their figures."""

    figures: dict[str, Any] = field(default_factory=dict)

    def save(self, name: str, page: Page) -> None:
        with pytest.MonkeyPatch.context() as patch:
            real = output.render

            def render(figure: Any, suffix: str) -> bytes:
                return real(figure, suffix) if name in PICTURES[suffix] else NO_PICTURE

            patch.setattr(output, "render", render)
            super().save(name, page)
        self.figures[name] = page.figure
        lay_out(page.figure)


@dataclass(frozen=True)
class Drawn:
    figures: dict[str, Any]
    folder: Path
    said: Done


@pytest.fixture(scope="session")
def drawn(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """All charts of the small document, as plot.py writes them."""
    outputs: list[Written] = []

    def make_output(*arguments: Any) -> Written:
        outputs.append(Written(*arguments))
        return outputs[-1]

    folder = tmp_path_factory.mktemp("drawn") / "charts"
    out, error = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plot, "Output", make_output)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code = call("plot", (small_file, "-o", folder, "--format", "png", "--format", "svg"))
    return Drawn(outputs[0].figures, folder, Done(code, out.getvalue(), error.getvalue()))
