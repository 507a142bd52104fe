"""Pictures stay small and keep their colours."""

import errno

import numpy as np
import pytest

from concur.drawing import output


def test_tall_sheets_are_coarser():
    assert output.resolution(9.0, 8.0) == 200
    assert 130 < output.resolution(9.0, 40.0) < 140


def test_rare_colours_survive_the_palette():
    pixels = np.full((400, 400, 3), 255, dtype=np.uint8)
    pixels[5, 5:9] = (200, 20, 30)
    image = output.with_palette(pixels).convert("RGB")
    assert image.getpixel((6, 5)) == (200, 20, 30)
    assert image.getpixel((100, 100)) == (255, 255, 255)


def test_small_fills_survive_many_colours():
    """A swatch of a model's colour among a thousand smoothed edges that come more often."""
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 255, size=(300, 60, 3)).astype(np.uint8)
    pixels[:, ::2] = 255
    for row in range(60):
        pixels[row * 5, 10:30] = (row * 4, 200, 30)
    image = output.with_palette(pixels).convert("RGB")
    assert [image.getpixel((20, row * 5)) for row in range(60)] == [(row * 4, 200, 30) for row in range(60)]


def test_charts_of_an_earlier_run_are_written_into_though_their_folder_takes_no_files(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(output.tempfile, "TemporaryFile", refuse)
    with pytest.raises(output.OutputError, match="cannot write there: Permission denied"):
        output.Output(tmp_path, ["png"]).prepare()
    (tmp_path / "overview.png").touch()
    output.Output(tmp_path, ["png"]).prepare()
