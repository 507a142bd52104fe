"""Charts are drawn: complete, legible, with their reasons and where their figures come from."""

import copy
import json
import re
from xml.etree import ElementTree

import pytest

import synthetic
from drawn import NO_PICTURE, PICTURES, figures, lay_out, overlaps, texts, too_small, words
from machine import MODELS
from synthetic import changed, leave

WORKLOADS = ("primes", "mandelbrot", "timers", "echo")
EXPECTED = {
    "overview",
    "grain_primes",
    *(f"compare_{name}" for name in WORKLOADS),
    *(f"{kind}_{name}" for kind in ("scaling", "latency") for name in ("timers", "echo")),
}


def test_every_chart_is_written(drawn):
    assert drawn.said.returncode == 0, drawn.said.stderr
    assert drawn.said.stderr == ""
    lines = drawn.said.stdout.splitlines()
    written = {line for line in lines if not line.startswith("no ")}
    files = {f"{name}.{suffix}" for name in EXPECTED for suffix in ("png", "svg")} | {"index.html"}
    assert written == {str(drawn.folder / file) for file in files}
    assert {path.name for path in drawn.folder.iterdir()} == files
    assert "no latency_primes: no sample of this workload has latencies" in lines
    assert "no scaling_mandelbrot: this workload has one case only" in lines
    pictures = {s: [p for p in drawn.folder.glob(f"*.{s}") if p.read_bytes() != NO_PICTURE] for s in PICTURES}
    assert {suffix: {path.stem for path in paths} for suffix, paths in pictures.items()} == PICTURES
    kinds = {name.split("_")[0] for name in EXPECTED}
    assert all({name.split("_")[0] for name in names} == kinds for names in PICTURES.values())
    for path in pictures["svg"]:
        assert ElementTree.fromstring(path.read_text()).tag == "{http://www.w3.org/2000/svg}svg"
    for path in pictures["png"]:
        assert path.read_bytes().startswith(b"\x89PNG")
        # IHDR: width in bytes 16 to 19.
        assert 1200 <= int.from_bytes(path.read_bytes()[16:20], "big") <= 1800
        assert path.stat().st_size < 450_000


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_text_can_be_read(drawn, name):
    """With 11 pixels or more, if the page is shown 900 pixels wide."""
    assert drawn.figures[name].get_size_inches()[0] == 9
    assert too_small(drawn.figures[name]) == []


def test_a_text_that_is_too_small_would_be_noticed(drawn):
    figure = copy.deepcopy(drawn.figures["compare_mandelbrot"])
    figure.text(0.5, 0.5, "tiny", fontsize=7.5)
    assert too_small(figure) == ["tiny"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_no_text_lies_on_another_or_is_cut_off(drawn, name):
    assert overlaps(drawn.figures[name]) == []


def test_overlaps_would_be_noticed(drawn):
    figure = copy.deepcopy(drawn.figures["compare_mandelbrot"])
    title = next(t for t in texts(figure) if t.get_text().startswith("mandelbrot"))
    figure.text(*title.get_position(), "on the title", va="top")
    figure.text(0.99, 0.5, "over the edge of the sheet")
    lay_out(figure)
    found = overlaps(figure)
    assert any("on the title" in pair for pair in found)
    assert ("over the edge of the sheet", "edge") in found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_where_the_figures_come_from(drawn, name):
    said = words(drawn.figures[name])
    for fact in ("Invented CPU @ 2.40GHz", "2 CPUs", "Linux 6.1", "placement: split", "3 sets", "95 %"):
        assert fact in said
    assert "incomplete" not in said


def test_reasons_stand_on_the_charts(drawn):
    for name in ("overview", "compare_echo", "scaling_echo", "latency_echo"):
        said = " ".join(words(drawn.figures[name]).split())
        assert "skipped: descriptor 1024 does not fit FD_SETSIZE 1024" in said, name
        assert "did not finish: fork: Resource temporarily unavailable" in said, name
        assert "invalid: 214 of 10,000 connections got no answer" in said, name


def test_overview_shows_the_true_ratios():
    models = {name: MODELS[name] for name in ("serial", "poll")}
    made = synthetic.document(rounds=5, only=("mandelbrot",), models=models)
    serial, poll = (entries_of(made, model) for model in ("serial", "poll"))
    for slow, fast in zip(serial, poll):
        fast["real_time"] = slow["real_time"] * 3.4
    kept = figures(made, "overview", "compare")
    said = words(kept.figures["overview"]).splitlines()
    assert "3.40×" in said and "★ 1.00×" in said
    assert "CPU work, as a multiple of serial" in said
    assert "3.40×  (3.40 to 3.40)" in words(kept.figures["compare_mandelbrot"]).splitlines()


def entries_of(made, model):
    return [entry for entry in made["benchmarks"] if entry["concur"]["model"] == model]


def test_scaling_names_every_model(drawn):
    said = words(drawn.figures["scaling_timers"])
    for model in MODELS:
        assert re.search(rf"^{model}( ×|$)", said, re.MULTILINE), model


@pytest.mark.parametrize("kind", ("compare", "scaling", "latency"))
def test_a_series_without_a_row_is_named(drawn, kind):
    said = " ".join(words(drawn.figures[f"{kind}_timers"]).split())
    assert "thread_pool ×2" in said
    assert "but not shown: thread_pool ×16" in said


def test_a_pool_with_a_worker_for_each_connection_is_one_line(drawn):
    figure = drawn.figures["scaling_echo"]
    pools = [one for one in texts(figure) if one.get_text().startswith("thread_pool")]
    # One in each panel: without work and with it.
    assert [one.get_text() for one in pools] == ["thread_pool ×connections"] * 2


@pytest.mark.parametrize("kind", ("overview", "compare_echo", "scaling_echo", "latency_echo"))
def test_what_labels_mean_stands_on_the_chart(drawn, kind):
    said = " ".join(words(drawn.figures[kind]).split())
    assert "×connections: as many workers as connections" in said
    assert "Work: CPU work of the server for each request" in said
    assert "20k requests per window" in said


def test_incomplete_document_says_so(small):
    made = changed(small, leave, lambda sample: sample["workload"] == "timers")
    made["context"] = copy.deepcopy(small["context"])
    made["context"]["concur"]["complete"] = False
    made["benchmarks"] = made["benchmarks"][:50]
    kept = figures(made)
    assert set(kept.figures) == {"overview", "compare_timers", "scaling_timers", "latency_timers"}
    for figure in kept.figures.values():
        assert f"incomplete: 50 of {len(small['benchmarks'])} samples" in words(figure)
        assert overlaps(figure) == []


def test_one_round_has_no_spread_and_says_so(tiny):
    kept = figures(tiny)
    assert {name.split("_")[0] for name in kept.figures} == {"overview", "compare", "scaling", "latency"}
    for figure in kept.figures.values():
        assert "1 set: no spread known" in words(figure)
        assert "95 %" not in words(figure)


@pytest.mark.parametrize("name", ("overview", "compare_primes", "grain_primes"))
def test_all_models_of_the_future_fit(crowded_charts, name):
    assert overlaps(crowded_charts.figures[name]) == []


def test_a_workload_that_nobody_could_do(small):
    kept = figures(changed(small, leave, lambda s: s["workload"] == "echo" and s["outcome"] != "ok"))
    assert set(kept.figures) == {"overview"}
    assert kept.skipped["compare_echo"] == "no case of this workload was ok"
    assert set(kept.skipped) == {"compare_echo", "scaling_echo", "latency_echo"}


def test_a_size_of_zero(small):
    def shrink(sample):
        tasks = sample["arguments"]["tasks"]
        sample["arguments"]["tasks"] = 0 if tasks == 10 else tasks

    made = changed(small, shrink, lambda sample: sample["workload"] == "timers")
    figure = figures(made, "scaling_timers").figures["scaling_timers"]
    assert "0" in words(figure).splitlines()
    assert overlaps(figure) == []
    # The axis is linear then, and points are not moved apart by a factor.
    for axes in figure.axes:
        drawn = {
            x for line in axes.lines if line.get_marker() not in (None, "None", "") for x in line.get_xdata()
        }
        assert drawn <= {0, 100, 1000} and drawn


def test_a_users_own_model_and_workload(small):
    made = changed(small, leave, lambda sample: sample["workload"] == "echo")
    text = json.dumps(made).replace('"epoll"', '"my_very_own_event_loop"').replace('"echo"', '"chat"')
    figure = figures(json.loads(text), "scaling_chat").figures["scaling_chat"]
    assert "my_very_own_event_loop" in words(figure)
    # Serial is the baseline with one connection, and can do no other.
    assert "wall time per request" in words(figure).splitlines()
    assert overlaps(figure) == []


def test_titles_that_are_too_long_are_shortened(tiny):
    """Three panels, each named by a size with a long name."""
    made = changed(tiny, leave, lambda sample: sample["workload"] == "timers")
    text = json.dumps(made).replace('"tasks"', f'"{"tasks_that_have_a_very_long_name_" * 4}"')
    figure = figures(json.loads(text), "compare_timers").figures["compare_timers"]
    assert words(figure).count("…") == 3
    assert overlaps(figure) == []
