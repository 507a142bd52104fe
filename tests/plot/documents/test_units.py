"""Numbers are written with their units as people write them."""

import pytest

from concur.documents import units


@pytest.mark.parametrize(
    "value, words",
    [
        (0.034, "0.034×"),
        (0.5, "0.50×"),
        (1.0, "1.00×"),
        (3.444, "3.44×"),
        (9.96, "10×"),
        (34.4, "34×"),
        (120, "120×"),
        (999.6, "1k×"),
        (1234, "1.2k×"),
    ],
)
def test_ratios(value, words):
    assert units.ratio(value) == words


@pytest.mark.parametrize(
    "ns, words",
    [
        (0, "0"),
        (999.9, "1 µs"),
        (1, "1 ns"),
        (1500, "1.5 µs"),
        (2e6, "2 ms"),
        (120e9, "120 s"),
        (0.5, "0.5 ns"),
    ],
)
def test_durations(ns, words):
    assert units.duration(ns) == words


def test_measured_figures_keep_their_zeros():
    assert units.duration_measured(24_000_000) == "24.0 ms"
    assert units.count_measured(24_000) == "24.0k"
    assert units.count_measured(784) == "784"


def test_small_counts_per_unit():
    assert [units.count_short(n) for n in (0, 0.0042, 0.023, 0.614, 2.04, 34)] == [
        "0.00",
        "0.004",
        "0.02",
        "0.61",
        "2.0",
        "34",
    ]


def test_large_and_small_counts_have_no_exponent():
    for value in (0.00001234, 0.1, 12345, 1.5e7, 2e12):
        assert "e" not in units.count(value)


def test_an_interval_goes_from_low_to_high():
    assert units.interval(0.621, 0.809) == "0.62 to 0.81"
    assert units.interval(9.994, 123.4) == "9.99 to 123"
    assert units.percent_range(0.03, 0.4) == "3 to 40 %"
    assert units.percent_range(0.701, 0.699) == "70 %"


@pytest.mark.parametrize(
    "size, words", [(64, "64 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1 << 30, "1 GiB")]
)
def test_sizes_in_bytes(size, words):
    assert units.size_bytes(size) == words


def test_ticks_in_bytes():
    assert [units.decimal_bytes(size) for size in (0.5, 200, 1e4, 5e6)] == ["0.5 B", "200 B", "10 kB", "5 MB"]


def test_figures_of_verdicts():
    figures = (0.123456, 1.0, 1.00345, 98.76, 1234.5, 20480, float("inf"))
    assert [units.figure(one) for one in figures] == [
        "0.123",
        "1",
        "1.003",
        "98.8",
        "1,234",
        "20 Ki",
        "beyond measure",
    ]
