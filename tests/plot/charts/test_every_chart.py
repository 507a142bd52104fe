"""Charts are drawn: complete, legible, the same bytes for the same document."""

import copy
import json
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import synthetic
from concur.commands import plot
from concur.documents import results
from concur.drawing import output, style
from machine import LATER_MODELS, MODELS

WORKLOADS = ("primes", "mandelbrot", "timers", "echo")
EXPECTED = {
    "overview",
    *(f"bars_{name}" for name in WORKLOADS),
    *(f"cost_{name}" for name in WORKLOADS),
    *(f"scaling_{name}" for name in WORKLOADS if name != "mandelbrot"),
    *(f"latency_{name}" for name in ("timers", "echo")),
}


class Kept(output.Output):
    """Keeps the figures instead of writing them."""

    def __init__(self, only=None):
        super().__init__(folder=None, formats=(), only=only)
        self.figures, self.skipped = {}, {}

    def save(self, name, figure):
        self.figures[name] = figure

    def skip(self, name, why):
        self.skipped[name] = why


def figures(tmp_path, made, only=None):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(made))
    kept = Kept(only)
    loaded = results.load(path)
    matplotlib.rcdefaults()
    with matplotlib.rc_context(style.RC):
        for draw_kind in plot.CHARTS.values():
            draw_kind(loaded, kept)
        for figure in kept.figures.values():
            FigureCanvasAgg(figure).draw()
    return kept


def texts(figure):
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def words(figure):
    return "\n".join(t.get_text() for t in texts(figure))


def overlaps(figure):
    """Pairs of texts that lie on one another by more than a hair, and texts beyond the edge."""
    found = texts(figure)
    boxes = np.array([t.get_window_extent().extents for t in found])
    width, height = figure.bbox.width, figure.bbox.height
    outside = (boxes[:, :2] < -0.5).any(axis=1) | (boxes[:, 2] > width + 0.5) | (boxes[:, 3] > height + 0.5)
    hair = 1.2
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = ((high - low) > hair).all(axis=2)
    pairs = [(found[a].get_text(), found[b].get_text()) for a, b in np.argwhere(np.triu(common, 1))]
    return pairs + [(found[index].get_text(), "edge") for index in np.flatnonzero(outside)]


def test_every_chart_is_written(run, small_file, tmp_path):
    done = run("plot.py", small_file, "-o", tmp_path / "charts")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    written = {line for line in lines if not line.startswith("no ")}
    wanted = {str(tmp_path / "charts" / f"{name}.{suffix}") for name in EXPECTED for suffix in ("png", "svg")}
    assert written == wanted
    assert {path.name for path in (tmp_path / "charts").iterdir()} == {w.rsplit("/", 1)[1] for w in wanted}
    assert "no latency_primes: no sample of this workload has latencies" in lines
    assert "no scaling_mandelbrot: this workload has one size only" in lines
    for path in (tmp_path / "charts").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
        # IHDR: width in bytes 16 to 19.
        assert 1200 <= int.from_bytes(path.read_bytes()[16:20], "big") <= 1800
        assert path.stat().st_size < 250_000


def test_same_document_same_bytes(run, small_file, tmp_path):
    for folder in ("one", "two"):
        done = run("plot.py", small_file, "-o", tmp_path / folder, "--only", "bars_mandelbrot")
        assert done.returncode == 0, done.stderr
    for suffix in ("png", "svg"):
        one, two = (tmp_path / folder / f"bars_mandelbrot.{suffix}" for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert b"dc:date" not in one.read_bytes()


def test_only_one_chart_and_one_format(run, small_file, tmp_path):
    done = run("plot.py", small_file, "-o", tmp_path, "--only", "scaling_echo", "--format", "svg")
    assert done.stdout.splitlines() == [str(tmp_path / "scaling_echo.svg")]
    done = run("plot.py", small_file, "-o", tmp_path, "--only", "latency", "--format", "svg")
    assert {path.name for path in tmp_path.glob("latency*")} == {"latency_timers.svg", "latency_echo.svg"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, small):
    return figures(tmp_path_factory.mktemp("drawn"), small)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_no_text_lies_on_another_or_is_cut_off(drawn, name):
    assert overlaps(drawn.figures[name]) == []


def test_overlaps_would_be_noticed(drawn):
    figure = copy.deepcopy(drawn.figures["bars_mandelbrot"])
    title = next(t for t in texts(figure) if t.get_text().startswith("mandelbrot"))
    figure.text(*title.get_position(), "on the title", va="top")
    figure.text(0.99, 0.5, "over the edge of the sheet")
    FigureCanvasAgg(figure).draw()
    found = overlaps(figure)
    assert any("on the title" in pair for pair in found)
    assert ("over the edge of the sheet", "edge") in found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_where_the_figures_come_from(drawn, name):
    said = words(drawn.figures[name])
    for fact in ("Invented CPU @ 2.40GHz", "2 CPUs", "Linux 6.1", "placement: split", "3 rounds", "95 %"):
        assert fact in said
    assert "incomplete" not in said


def test_reasons_stand_on_the_charts(drawn):
    for name in ("overview", "bars_echo", "scaling_echo", "latency_echo", "cost_echo"):
        said = words(drawn.figures[name])
        assert "skipped: descriptor 1024 does not fit FD_SETSIZE 1024" in said
        assert "did not finish: fork: Resource temporarily unavailable" in said
        assert "invalid: 214 of 10,000 connections got no answer" in said


def test_overview_shows_the_true_ratios(tmp_path):
    made = synthetic.document(
        rounds=5, only=("mandelbrot",), models={k: MODELS[k] for k in ("serial", "poll")}
    )
    serial, poll = (entries_of(made, model) for model in ("serial", "poll"))
    for slow, fast in zip(serial, poll):
        slow["real_time"] = fast["real_time"] * 3.4
    assert "3.4×" in words(figures(tmp_path, made, "overview").figures["overview"])


def entries_of(made, model):
    return [entry for entry in made["benchmarks"] if entry["concur"]["model"] == model]


def test_scaling_names_every_series(drawn):
    said = words(drawn.figures["scaling_primes"])
    for model in MODELS:
        assert re.search(rf"^{model}( ×|$)", said, re.MULTILINE), model
    assert "thread_pool ×2" in said and "thread_pool ×16" in said


def test_incomplete_document_says_so(tmp_path, small):
    made = copy.deepcopy(small)
    made["context"]["concur"]["complete"] = False
    made["benchmarks"] = [e for e in made["benchmarks"] if e["concur"]["workload"] == "timers"][:50]
    kept = figures(tmp_path, made)
    assert len(kept.figures) == 5
    for figure in kept.figures.values():
        assert f"incomplete: 50 of {len(small['benchmarks'])} samples" in words(figure)
        assert overlaps(figure) == []


def test_one_round_has_no_spread_and_says_so(tmp_path):
    kept = figures(tmp_path, synthetic.document(rounds=1, only=("mandelbrot", "timers")))
    for figure in kept.figures.values():
        assert "1 round: no spread known" in words(figure)
        assert "95 %" not in words(figure)


def test_all_models_of_the_future_fit(tmp_path):
    made = synthetic.document(rounds=2, models={**MODELS, **LATER_MODELS}, only=("primes",))
    for name in ("overview", "scaling_primes"):
        kept = figures(tmp_path, made, name)
        assert overlaps(kept.figures[name]) == [], name


def test_a_workload_that_nobody_could_do(tmp_path, small):
    made = copy.deepcopy(small)
    made["benchmarks"] = [
        entry
        for entry in made["benchmarks"]
        if entry["concur"]["workload"] == "echo" and entry["concur"]["outcome"] != "ok"
    ]
    kept = figures(tmp_path, made)
    assert set(kept.figures) == {"overview"}
    assert kept.skipped["bars_echo"] == "no case of this workload was ok"
    assert set(kept.skipped) == {"bars_echo", "scaling_echo", "latency_echo", "cost_echo"}


def test_a_size_of_zero(tmp_path, small):
    made = copy.deepcopy(small)
    for entry in made["benchmarks"]:
        p = entry["concur"]["parameters"]
        p["tasks"] = {10: 0}.get(p.get("tasks", 1), p.get("tasks", 1))
    kept = figures(tmp_path, made, "scaling_timers")
    assert "0" in words(kept.figures["scaling_timers"]).splitlines()
    assert overlaps(kept.figures["scaling_timers"]) == []
    # The axis is linear then, and points are not moved apart by a factor.
    for axes in kept.figures["scaling_timers"].axes:
        drawn = {
            x for line in axes.lines if line.get_marker() not in (None, "None", "") for x in line.get_xdata()
        }
        assert drawn <= {0, 100, 1000} and drawn


def test_unmeasured_cost_is_no_zero(tmp_path, small):
    made = copy.deepcopy(small)
    for entry in made["benchmarks"]:
        entry["concur"]["cost"] = None
    kept = figures(tmp_path, made, "cost")
    assert kept.figures == {}
    assert kept.skipped["cost_echo"] == "no sample of this workload has its cost measured"


def test_a_users_own_model_and_workload(tmp_path, small):
    text = json.dumps(small).replace('"epoll"', '"my_very_own_event_loop"').replace('"echo"', '"chat"')
    kept = figures(tmp_path, json.loads(text), "scaling_chat")
    assert "my_very_own_event_loop" in words(kept.figures["scaling_chat"])
    assert overlaps(kept.figures["scaling_chat"]) == []


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
    pixels = rng.integers(0, 255, size=(400, 400, 3)).astype(np.uint8)
    pixels[:, ::2] = 255
    for row in range(60):
        pixels[row * 5, 10:30] = (row * 4, 200, 30)
    image = output.with_palette(pixels).convert("RGB")
    assert [image.getpixel((20, row * 5)) for row in range(60)] == [(row * 4, 200, 30) for row in range(60)]
