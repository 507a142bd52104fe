"""Numbers and names read as people write them."""

import pytest

from concur.documents import labels
from concur.documents.cases import Series


@pytest.mark.parametrize(
    "name, number, words",
    [
        ("connections", 1, "1 connection"),
        ("connections", 10000, "10k connections"),
        ("payload", 64, "payload 64 B"),
        ("payload", 16384, "payload 16 KiB"),
        ("buffer_bytes", 3 << 20, "buffer 3 MiB"),
        ("grain_us", 1, "grain 1 µs"),
        ("grain_us", 10000, "grain 10 ms"),
        ("delay_ms", 10, "delay 10 ms"),
        ("nap_us", 1500000, "nap 1.5 s"),
        ("tasks", 1024, "1.024k tasks"),
        ("tasks", 512, "512 tasks"),
    ],
)
def test_parameters(name, number, words):
    assert labels.parameter(name, number) == words


@pytest.mark.parametrize(
    "value, words",
    [
        (0.5, "0.5×"),
        (1.0, "1.0×"),
        (3.44, "3.4×"),
        (9.96, "10×"),
        (34.4, "34×"),
        (120, "120×"),
        (999.6, "1k×"),
        (1234, "1.2k×"),
    ],
)
def test_ratios(value, words):
    assert labels.ratio(value) == words


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
    assert labels.duration(ns) == words


def test_measured_figures_keep_their_zeros():
    assert labels.duration_measured(24_000_000) == "24.0 ms"
    assert labels.count_measured(24_000) == "24.0k"
    assert labels.count_measured(784) == "784"


def test_small_counts_per_unit():
    assert [labels.count_short(n) for n in (0, 0.0042, 0.023, 0.614, 2.04, 34)] == [
        "0.00",
        "0.004",
        "0.02",
        "0.61",
        "2.0",
        "34",
    ]


def test_large_and_small_counts_have_no_exponent():
    for value in (0.00001234, 0.1, 12345, 1.5e7, 2e12):
        assert "e" not in labels.count(value)


def test_series_names_its_workers():
    assert labels.series(Series("thread_pool", (("workers", 16),))) == "thread_pool ×16"
    assert labels.series(Series("mine", (("depth", 2), ("workers", 4)))) == "mine depth=2 ×4"
    assert labels.series(Series("epoll", ())) == "epoll"


def test_interval_is_half_its_width():
    assert labels.interval(2.0 / 1.05, 2.0 * 1.05) == "±5 %"
    assert labels.interval(1.99, 2.01) == "±0.5 %"
