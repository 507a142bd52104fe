"""Writes charts, each in one step: no reader ever finds half a file."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image  # matplotlib itself needs it
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from concur.documents import output_file
from concur.documents.cases import Workload
from concur.documents.results import Document
from concur.drawing import index
from concur.drawing.index import Chart
from concur.drawing.page import Page

INDEX = "index.html"
DPI_MOST = 200
# A very tall page gets a lower resolution, so that its file stays small.
PIXELS_MOST = 6_600_000
COLOURS = 256
# The highest level (9) takes more than twice the time, and its files are only a twentieth smaller.
COMPRESSION = 8


class OutputError(Exception):
    """The reason why no chart cannot be written, in one line."""


@dataclass
class Output:
    folder: Path
    formats: Sequence[str]
    only: str | None = None
    offered: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    # By name: the charts that were written, and why the others were not.
    charts: dict[str, Chart] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether to draw this chart. `only` names a chart or a kind of charts; None means all."""
        self.offered.append(name)
        if self.only is not None and self.only not in (name, name.split("_")[0]):
            return False
        self.wanted.append(name)
        return True

    def wanted_workloads(
        self, document: Document, kind: str, suits: Callable[[Workload], bool] = lambda _: True
    ) -> Iterator[tuple[str, Workload]]:
        """The workloads that suit this kind of charts and whose chart is wanted, with its name."""
        for workload in document.workloads:
            name = f"{kind}_{workload.name}"
            if suits(workload) and self.wants(name):
                yield name, workload

    def skip(self, name: str, why: str) -> None:
        self.reasons[name] = why
        print(f"no {name}: {why}")

    def prepare(self) -> None:
        """Fails before any chart is drawn, if none could be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            # Charts of an earlier run are written into, though the folder takes no new ones.
            earlier = (path for suffix in self.formats for path in self.folder.glob(f"*.{suffix}"))
            if not any(os.access(path, os.W_OK) for path in earlier):
                raise OutputError(
                    f"{self.folder}: cannot write there: {error.strerror}: choose another -o"
                ) from None

    def save(self, name: str, page: Page) -> None:
        self.charts[name] = Chart(page.name, page.title)
        for suffix in self.formats:
            path = self.folder / f"{name}.{suffix}"
            output_file.write(path, render(page.figure, suffix))
            print(path, flush=True)

    def save_index(self, heading: str) -> None:
        """A page with all charts. Not if only some were wanted: it would hide those that the folder has."""
        if self.only is None:
            content = index.html(heading, self.charts, self.reasons, self.formats)
            output_file.write(self.folder / INDEX, content.encode())
            print(self.folder / INDEX, flush=True)


def render(figure: Any, suffix: str) -> bytes:
    """The content of the file: without date and version, so that the same figure gives the same bytes."""
    content = io.BytesIO()
    if suffix == "svg":
        FigureCanvasSVG(figure).print_svg(content, metadata={"Date": None, "Creator": None})
    else:
        dpi = resolution(*figure.get_size_inches())
        figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        colours = with_palette(np.asarray(canvas.buffer_rgba())[:, :, :3])
        colours.save(content, "png", compress_level=COMPRESSION, dpi=(dpi, dpi))
    return content.getvalue()


def resolution(width: float, height: float) -> int:
    """Dots per inch of a page with this size in inches."""
    return min(DPI_MOST, int((PIXELS_MOST / (width * height)) ** 0.5))


def with_palette(pixels: Any) -> Any:
    """The picture with 256 colours, which makes its file three times smaller.

    A chart has few colours; all others smooth the edges of letters. The 256 colours that fill most areas are
    kept exactly, and each other colour becomes the nearest of them. Pixels of an area have neighbours of the
    same colour; pixels of a smooth edge hardly have such neighbours.
    """
    red, green, blue = (pixels[:, :, channel].astype(np.uint32) for channel in range(3))
    packed = red << 16 | green << 8 | blue
    # Most lines of pixels consist of long runs of one colour. Sorting runs takes a
    # tenth of the time of sorting pixels.
    begins = np.ones(packed.shape, dtype=bool)
    np.not_equal(packed[:, 1:], packed[:, :-1], out=begins[:, 1:])
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=packed.size)
    found, places = np.unique(packed.ravel()[starts], return_inverse=True)
    counts = np.bincount(places, weights=lengths - 1, minlength=len(found))
    kept = found[np.argsort(-counts, kind="stable")[:COLOURS]]

    def channels(colours: Any) -> Any:
        return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)

    palette, wanted = channels(kept), channels(found)
    distances = ((wanted[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    image = Image.fromarray(np.repeat(nearest[places], lengths).reshape(packed.shape), "P")
    image.putpalette(palette.astype(np.uint8).tobytes())
    return image
