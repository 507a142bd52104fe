"""Footnotes: each reason once, and as few as say it."""

from concur.drawing.page import SMALLEST, Footnotes, together, wrap


def test_a_reason_has_one_number_wherever_it_applies():
    notes = Footnotes()
    assert [notes.number(text) for text in ("it rains", "it snows", "it rains")] == [1, 2, 1]
    assert notes.lines() == ["[1] it rains", "[2] it snows"]


def test_reasons_that_differ_in_their_figures_share_a_number_and_show_their_range():
    notes = Footnotes()
    assert notes.number("1000 tasks wait, and only 2 can be under way") == 1
    assert notes.number("needs 20025 descriptors") == 2
    assert notes.number("100 tasks wait, and only 64 can be under way") == 1
    assert notes.lines() == [
        "[1] 100 to 1000 tasks wait, and only 2 to 64 can be under way",
        "[2] needs 20025 descriptors",
    ]


def test_figures_are_ordered_by_what_they_mean():
    assert together(["from 10k: no", "from 450: no", "from 1M: no", "from 2k: no"]) == "from 450 to 1M: no"
    assert together(["9.5 % of a CPU", "12 % of a CPU"]) == "9.5 to 12 % of a CPU"


def test_ranges_become_one_range():
    notes = Footnotes()
    said = ("used 182 to 184 % of a CPU", "used 185 % of a CPU", "used 9 to 183 % of a CPU")
    assert [notes.number(text) for text in said] == [1, 1, 1]
    assert notes.lines() == ["[1] used 9 to 185 % of a CPU"]


def test_what_is_the_same_in_all_stays_as_it_is():
    assert together(["descriptor 5 does not fit 1024", "descriptor 7 does not fit 1024"]) == (
        "descriptor 5 to 7 does not fit 1024"
    )


def test_more_than_a_page_holds_are_counted():
    notes = Footnotes(most=2)
    for word in ("one", "two", "three", "four"):
        notes.number(word)
    assert notes.lines()[2:] == ["… and 2 more reasons: plot/summary.py lists them all"]


def test_no_line_ends_between_a_number_and_its_unit():
    text = "a task of 10 µs or 5 %, or 64 B of 1000 tasks"
    narrow = wrap(text, SMALLEST, 0.05)
    assert [line.replace("\u00a0", " ") for line in narrow] == [
        *("a", "task", "of", "10 µs", "or", "5 %,", "or", "64 B", "of", "1000", "tasks"),
    ]
    assert wrap(text, SMALLEST, 9.0) == [" ".join(narrow)]
