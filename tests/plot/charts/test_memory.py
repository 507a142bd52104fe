"""Memory of waiting tasks."""

from drawn import words


def test_it_leaves_out_what_is_less_than_nothing(served_charts):
    figure = served_charts.figures["memory_park"]
    processes, kernel = figure.axes
    assert "skipped: 10 tasks wait for one another" in words(figure)
    names = [[t.get_text() for t in axes.texts] for axes in (processes, kernel)]
    assert "coroutine" in names[0] and "coroutine" not in names[1]
