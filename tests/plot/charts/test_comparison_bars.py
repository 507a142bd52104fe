"""Bars: multiples of the baseline from zero, the cost beside the speed, and what stands in place of a bar."""

import re

import pytest

import foreign_documents
import synthetic
from drawn import figures, overlaps, texts, words
from machine import MODELS
from matplotlib.patches import Rectangle
from synthetic import changed, document

THREE = {name: MODELS[name] for name in ("serial", "thread_per_task", "epoll")}


def chart(made, workload):
    name = f"compare_{workload}"
    return figures(made, name).figures[name]


def times(factors, **more):
    """A document in which the models take exactly these multiples of the wall time of serial."""
    made = document(rounds=5, models=THREE, only=("mandelbrot",), **more)
    entries = made["benchmarks"]
    serial = {
        (e["concur"]["round"], str(e["concur"]["arguments"])): e["real_time"]
        for e in entries
        if e["concur"]["model"] == "serial"
    }
    for entry in entries:
        sample = entry["concur"]
        factor = factors.get(sample["model"], 1.0)
        entry["real_time"] = serial[sample["round"], str(sample["arguments"])] * factor
    return made


def lengths(axes):
    """The ends of the bars, not those of the grey bands, whose unit is the width of the axes."""
    boxes = axes.findobj(Rectangle)
    bars = [box for box in boxes if box is not axes.patch and box.get_data_transform() == axes.transData]
    return sorted(box.get_width() for box in bars)


def axis_heads(figure):
    return {t.get_text() for axes in figure.axes for t in axes.texts} & {"wall time", "CPU time"}


def test_bars_begin_at_zero_and_have_the_true_length():
    figure = chart(times({"thread_per_task": 0.5, "epoll": 3.0}), "mandelbrot")
    wall = figure.axes[0]
    assert wall.get_xscale() == "linear" and wall.get_xlim()[0] == 0
    assert [round(one, 6) for one in lengths(wall)] == [0.5, 1.0, 3.0]
    said = words(figure).splitlines()
    assert "★ 0.50×  (0.50 to 0.50)" in said and "3.00×  (3.00 to 3.00)" in said and "1.00×" in said
    assert "Bars longer" not in words(figure)


def test_a_bar_that_is_too_long_is_cut_and_has_its_number():
    figure = chart(times({"epoll": 82.3}), "mandelbrot")
    wall = figure.axes[0]
    assert max(lengths(wall)) <= 5
    assert "82.3×  (82.3 to 82.3)" in words(figure).splitlines()
    assert "Bars longer than 5× are cut" in words(figure)
    white = [line for line in wall.lines if line.get_color() == "white"]
    assert len(white) == 2
    assert all(tick <= 5 for tick in wall.get_xticks())


def test_the_figure_of_the_baseline_stands_below_the_axis():
    made = times({})
    for entry in made["benchmarks"]:
        entry["real_time"] = 512 * 57.2 / 1000
    figure = chart(made, "mandelbrot")
    assert "1× = 57.2 µs" in words(figure).splitlines()


def test_system_calls_and_switches_stand_beside_the_bars(served, served_charts):
    said = words(served_charts.figures["compare_park"]).splitlines()
    assert "calls" in said and "switches" in said
    # 2.1 switches of each task under thread_per_task, and two calls more.
    assert "4.1" in said and "2.1" in said
    assert axis_heads(served_charts.figures["compare_park"]) == {"wall time", "CPU time"}

    def count_nothing(sample):
        sample["counts"] = None

    made = changed(served, count_nothing, lambda sample: sample["workload"] == "park")
    said = words(chart(made, "park")).splitlines()
    assert "calls" not in said and "switches" in said


def test_switches_of_windows_are_counted_in_another_run(served, served_charts):
    said = " ".join(words(served_charts.figures["compare_open_echo"]).split())
    assert (
        "system calls and context switches per request, counted in a separate run that was not timed" in said
    )
    assert "separate run" not in words(served_charts.figures["compare_park"])


@pytest.mark.parametrize(
    ("workload", "what"), [("park", "System calls"), ("open_echo", "Switches and system calls")]
)
def test_counting_that_is_not_permitted_is_said(served, workload, what):
    def refuse(sample):
        if sample["counts"]:
            sample["counts"] |= {"system_calls": None, "switches": None, "reason": "not permitted: EPERM"}

    made = changed(served, refuse, lambda sample: sample["workload"] == workload)
    assert f"{what}: not permitted: EPERM" in words(chart(made, workload)).splitlines()


def test_an_open_loop_shows_cpu_time_alone(served_charts):
    figure = served_charts.figures["compare_open_echo"]
    assert axis_heads(figure) == {"CPU time"}
    assert "open_echo: CPU time" in words(figure).splitlines()


def test_cost_that_was_not_measured_is_no_zero(small):
    def forget(sample):
        sample["cost"] = None

    made = changed(small, forget, lambda sample: sample["workload"] == "mandelbrot")
    assert axis_heads(chart(made, "mandelbrot")) == {"wall time"}

    def forget_one(sample):
        if sample["model"] == "epoll":
            sample["cost"] = None

    made = changed(small, forget_one, lambda sample: sample["workload"] == "mandelbrot")
    assert words(chart(made, "mandelbrot")).splitlines().count("not known") == 1


def test_those_that_share_the_first_place_have_a_sign_and_no_star():
    figure = chart(times({"thread_per_task": 0.5, "epoll": 0.5}), "mandelbrot")
    said = words(figure)
    assert said.count("= 0.50×") == 2 and "★" not in said.replace("★ best", "")
    assert "share the first place" in said


def test_one_set_has_neither_intervals_nor_a_best(tiny):
    said = words(chart(tiny, "mandelbrot"))
    assert "★" not in said and " to " not in said


def test_a_document_without_a_baseline_has_the_figures_themselves():
    made = foreign_documents.document()
    kept = figures(made, "compare", "overview")
    for name, figure in kept.figures.items():
        assert overlaps(figure) == [], name
        assert "×" not in "".join(t.get_text() for t in texts(figure)), name
    said = words(kept.figures["compare_benchmarks"]).splitlines()
    assert "5.02 ns  (4.96 ns to 5.04 ns)" in said
    assert "Wall time and CPU time per iteration" in said


def test_the_same_figures_as_in_the_terminal(run, small_file, small):
    """Every ratio of the table is on a chart, written alike."""
    done = run("summary", small_file, "--all")
    shown = set(" ".join(words(f) for f in figures(small, "compare").figures.values()).split())
    rows = [line.split() for line in done.stdout.splitlines() if "×" in line]
    ratios = {word for row in rows for word in row if word.endswith("×") and word[0].isdigit()}
    missing = ratios - shown
    # A second series of a model has no row on a chart.
    hidden = {w for row in rows for w in row if "×16" in row and w.endswith("×")}
    assert len(ratios) > 50 and missing <= hidden


def test_all_panels_have_the_same_axis():
    made = synthetic.document(rounds=3, models=THREE, only=("timers",))
    figure = chart(made, "timers")
    wall = [axes for axes in figure.axes if "wall time" in [t.get_text() for t in axes.texts]]
    assert len(wall) == 3 and len({axes.get_xlim() for axes in wall}) == 1


def test_intervals_stand_as_text_where_a_panel_has_the_whole_width(drawn):
    few, many = (words(drawn.figures[f"compare_{name}"]) for name in ("mandelbrot", "echo"))
    assert re.search(r"× {2}\(\d\.\d\d to \d\.\d\d\)", few)
    # Ten panels in two columns: whiskers alone.
    assert not re.search(r"× {2}\(", many)
