"""Renders the templates of figures: docs/figures/NAME.md is the text of the block `figures:NAME`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jinja2

from blocks import answers
from blocks.figures import Figures
from blocks.pages import ROOT, BlockError
from blocks.published import Published

TEMPLATES = ROOT / "docs/figures"
DOCUMENTS = ROOT / "results/reference"


@dataclass(frozen=True)
class Renderer:
    folder: Path
    environment: jinja2.Environment

    @staticmethod
    def of(documents: Path = DOCUMENTS, folder: Path | None = None) -> Renderer:
        folder = folder or TEMPLATES
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            # {% do require(...) %}
            extensions=["jinja2.ext.do"],
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        environment.filters["thousands"] = "{:,}".format
        environment.filters.update(cell=answers.cell, sentence=answers.sentence)
        environment.globals.update(Figures(Published(documents)).functions())
        return Renderer(folder, environment)

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.md"))

    def render(self, name: str) -> str:
        """The text of a block. An error is one line that names the template."""
        template = f"{self.folder.name}/{name}.md"
        if name not in self.names():
            raise BlockError(f"{template}: there is no such template")
        try:
            return self.environment.get_template(f"{name}.md").render()
        except BlockError as error:
            raise BlockError(f"{template}: {error}") from None
        # TypeError: a function was called with wrong arguments.
        except (jinja2.TemplateError, TypeError) as error:
            line = getattr(error, "lineno", None)
            where = f"{template}:{line}" if line else template
            raise BlockError(f"{where}: {error}") from None
