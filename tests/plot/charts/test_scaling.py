"""Lines over one parameter: three points or more, and nothing else that changes."""

import pytest

import foreign_documents
from drawn import figures, overlaps, words
from machine import MODELS
from synthetic import changed, document

NAMES = ("serial", "thread_per_task", "epoll")


@pytest.fixture(scope="module")
def timers():
    return document(rounds=4, models={name: MODELS[name] for name in NAMES}, only=("timers",))


def test_it_shows_multiples_of_the_baseline_and_its_figure_below(timers):
    figure = figures(timers, "scaling").figures["scaling_timers"]
    assert overlaps(figure) == []
    axes = figure.axes[0]
    assert axes.get_ylabel() == "wall time, as a multiple of epoll"
    assert "below: wall time per nap of epoll" in axes.get_xlabel()
    # Twenty naps of 1 ms, all at the same time.
    assert [t.get_text().split("\n")[0] for t in axes.get_xticklabels()] == ["10", "100", "1k"]
    figures_below = [t.get_text().split("\n")[1] for t in axes.get_xticklabels()]
    assert [text.split()[1] for text in figures_below] == ["µs", "µs", "µs"]
    assert float(figures_below[0].split()[0]) == pytest.approx(100, rel=0.1)


def test_its_title_names_the_model_that_changes_most(timers):
    said = " ".join(words(figures(timers, "scaling").figures["scaling_timers"]).split())
    assert "From 10 to 1k tasks, the wall time of serial goes from" in said


def test_two_points_are_no_line(timers):
    two = changed(timers, lambda sample: None, lambda sample: sample["arguments"]["tasks"] > 10)
    assert figures(two, "scaling").skipped == {
        "scaling_timers": "tasks has two arguments only, and two points are no line"
    }


def test_two_parameters_that_change_together_are_no_axis(timers):
    def nap_shorter(sample):
        sample["arguments"] = {**sample["arguments"], "nap_us": {10: 5000, 100: 1000}.get(tasks(sample), 500)}

    def tasks(sample):
        return sample["arguments"]["tasks"]

    made = changed(timers, nap_shorter)
    assert figures(made, "scaling").skipped == {"scaling_timers": "tasks does not change alone"}


def test_the_amount_of_work_may_change_too(timers):
    def sleep_less_often(sample):
        sample["arguments"] = {**sample["arguments"], "naps": {10: 20, 100: 10}.get(tasks(sample), 5)}

    def tasks(sample):
        return sample["arguments"]["tasks"]

    assert "scaling_timers" in figures(changed(timers, sleep_less_often), "scaling").figures


def test_one_measure_for_all_points_of_a_line(small):
    """CPU time, if the clients were at their limit in one of the cases."""

    def limit(sample):
        if sample["arguments"]["connections"] == 10:
            sample["evidence"]["peer_cpu_share"] = 0.99

    made = changed(small, limit, lambda sample: sample["workload"] == "echo")
    figure = figures(made, "scaling").figures["scaling_echo"]
    assert {axes.get_ylabel() for axes in figure.axes} == {"CPU time, as a multiple of epoll"}
    assert "In some cases the clients were at their limit" in " ".join(words(figure).split())


def test_without_a_baseline_lines_are_of_the_figures_themselves():
    kept = figures(foreign_documents.document(), "scaling")
    figure = kept.figures["scaling_benchmarks_by_argument"]
    assert overlaps(figure) == []
    assert figure.axes[0].get_ylabel() == "wall time per iteration"
    assert "Wall time per iteration over argument" in words(figure)
    assert kept.skipped["scaling_benchmarks_by_bytes"].endswith("two points are no line")
