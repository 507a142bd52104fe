"""Names of arguments and series read as people write them."""

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
        ("work_us", 20, "work 20 µs"),
        ("work_us", 0, "work 0"),
        ("tasks", 1024, "1.024k tasks"),
        ("tasks", 512, "512 tasks"),
        ("hand_overs", 20000, "20k hand-overs"),
        ("way", 1, "way 1 (each task parses)"),
        ("way", 7, "way 7"),
    ],
)
def test_arguments(name, number, words):
    assert labels.argument(name, number) == words


def test_an_argument_that_follows_from_the_machine_has_its_symbol_too():
    assert labels.argument("tasks", 32, "16*cpus") == "32 tasks (16*cpus)"
    given = (("grain_us", 10), ("tasks", 32))
    assert labels.arguments(given, (("tasks", "16*cpus"),)) == "grain 10 µs, 32 tasks (16*cpus)"


def test_series_names_its_workers():
    assert labels.series(Series("thread_pool", (("workers", 16),))) == "thread_pool ×16"
    assert labels.series(Series("mine", (("depth", 2), ("workers", 4)))) == "mine depth=2 ×4"
    assert labels.series(Series("thread_per_task", (("stack_kib", 64),))) == "thread_per_task stack 64 KiB"
    assert labels.series(Series("epoll", ())) == "epoll"
    assert labels.series(Series("thread_pool", (("workers", "connections"),))) == "thread_pool ×connections"
    assert labels.series(Series("thread_pool", (("workers", "2*cpus"),))) == "thread_pool ×2*cpus"


def test_an_axis_says_what_the_work_is():
    assert labels.axis_name("work_us") == "nominal CPU work"


def test_arguments_of_other_programs_are_written_exactly():
    assert labels.argument("argument", 4096) == "argument 4,096"
    assert labels.argument("argument_2", 1) == "argument 2 = 1"
    assert labels.argument("bytes", 65536) == "65,536 bytes"
    assert labels.argument("size", 8) == "size 8"
    assert labels.argument("threads", 1) == "1 thread"
