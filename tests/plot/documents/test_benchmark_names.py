"""What the names of Google Benchmark say."""

import pytest

from concur.documents import benchmark_names


def parts(name):
    found = benchmark_names.parse(name)
    return found.function, dict(found.arguments), found.settings


@pytest.mark.parametrize(
    "name, function, arguments, settings",
    [
        ("BM_Copy", "BM_Copy", {}, ()),
        ("BM_Copy/64", "BM_Copy", {"argument": 64}, ()),
        ("BM_Copy/-1", "BM_Copy", {"argument": -1}, ()),
        ("BM_Copy/8/64", "BM_Copy", {"argument_1": 8, "argument_2": 64}, ()),
        ("BM_Copy/bytes:64/8", "BM_Copy", {"bytes": 64, "argument": 8}, ()),
        ("BM_Copy/n:1/n:2", "BM_Copy", {"n": 1, "n_2": 2}, ()),
        ("BM_Copy/8/threads:4", "BM_Copy", {"argument": 8, "threads": 4}, ()),
        ("BM_Copy/threads:8/threads:4", "BM_Copy", {"threads": 8, "threads_2": 4}, ()),
        ("BM_Copy/real_time", "BM_Copy", {}, ("real_time",)),
        (
            "BM_Copy/8/min_time:0.100/min_warmup_time:0.500/repeats:3/process_time/real_time/threads:2",
            "BM_Copy",
            {"argument": 8, "threads": 2},
            ("min_time:0.100", "min_warmup_time:0.500", "repeats:3", "process_time", "real_time"),
        ),
        ("BM_Copy/iterations:10/manual_time", "BM_Copy", {}, ("iterations:10", "manual_time")),
        # An argument that is called as a setting stands before other arguments.
        ("BM_Copy/iterations:10/8", "BM_Copy", {"iterations": 10, "argument": 8}, ()),
        ("Fixture/Method/8", "Fixture/Method", {"argument": 8}, ()),
        ("BM_Parse/data/small.json/8", "BM_Parse/data/small.json", {"argument": 8}, ()),
        ("conv/3x3/64/fast", "conv/3x3/64/fast", {}, ()),
        ("8", "8", {}, ()),
        ("8/64", "8", {"argument": 64}, ()),
        ("BM<std::ratio<1, 2>, a/b>/8", "BM<std::ratio<1, 2>, a/b>", {"argument": 8}, ()),
        ("BM<8/64>", "BM<8/64>", {}, ()),
        ("BM_Copy/op:read/p:2", "BM_Copy/op:read", {"p": 2}, ()),
    ],
)
def test_parts_of_names(name, function, arguments, settings):
    assert parts(name) == (function, arguments, settings)


def test_aggregates_without_run_types():
    names = ["BM_A", "BM_A_mean", "BM_A_stddev", "BM_A_BigO", "BM_A_RMS", "BM_B_mean", "BM_B_cv", "BM_C_mean"]
    # Nothing shows that BM_C_mean is the mean of anything.
    assert benchmark_names.aggregates(names) == set(names) - {"BM_A", "BM_C_mean"}
