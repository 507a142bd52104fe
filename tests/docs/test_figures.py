"""The functions of templates, with documents whose truths are known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocks import figures
from blocks.figures import Figures
from blocks.pages import BlockError
from blocks.published import Published
from concur.statistics.intervals import Estimate
from machine import MODELS

Functions = dict[str, Callable[..., Any]]
ECHO = "echo/thread_per_task/connections:100/work_us:0"
# Of the pool whose symbol is `connections`.
WORKERS = 100
TRUTH = MODELS["thread_per_task"].cpu_ns / MODELS["epoll"].cpu_ns


@pytest.mark.parametrize("document", ["quick", "whole"])
def test_a_ratio_to_another_model_finds_the_truth(functions: Functions, document: str) -> None:
    found = functions["ratio"](document, ECHO, "epoll", "cpu")
    assert found.low < TRUTH < found.high
    assert found.value == pytest.approx(TRUTH, rel=0.03)


def test_a_ratio_to_another_case_is_for_a_unit_of_work(functions: Functions) -> None:
    few, many = "primes/serial/grain_us:1", "primes/serial/grain_us:10"
    assert functions["ratio"]("quick", many, few, "wall").value == pytest.approx(10, rel=0.05)


def test_the_ratios_of_several_models_leave_out_the_one_that_failed(functions: Functions) -> None:
    models = ["thread_per_task", "select"]
    found = functions["ratios"]("quick", models, "echo/*/connections:1000/work_us:0", "epoll", "cpu")
    assert [ratio.value for ratio in found] == pytest.approx([TRUTH], rel=0.03)
    assert functions["within"](found) == pytest.approx(100 * (TRUTH - 1), abs=5)


def test_a_cell_of_a_table_has_the_ratio_or_the_outcome(functions: Functions) -> None:
    ratio = functions["ratio"]("quick", ECHO, "epoll", "cpu")
    assert functions["cell"]("quick", ECHO, "epoll", "cpu") == ratio.cell
    assert functions["cell"]("quick", "echo/select/connections:1000/work_us:0", "epoll", "cpu") == "skipped"
    assert functions["cell"]("quick", "echo/epoll/connections:100/work_us:0", "epoll", "cpu") == "baseline"


@pytest.mark.parametrize(
    "what, truth, text",
    [("cpu", MODELS["epoll"].cpu_ns, r"7\.\d\d µs"), ("system calls", 2.6, r"2\.6\d?")],
)
def test_a_value_has_its_unit(functions: Functions, what: str, truth: float, text: str) -> None:
    found = functions["value"]("quick", "echo/epoll/connections:100/work_us:0", what)
    assert re.fullmatch(text, str(found))
    assert found.value == pytest.approx(truth, rel=0.03)


def test_a_value_that_was_not_measured_is_an_error(functions: Functions) -> None:
    with pytest.raises(BlockError, match="epoll/tasks:10: its 'peer share' is not known"):
        functions["value"]("quick", "park/epoll/tasks:10", "peer share")
    with pytest.raises(
        BlockError, match="no figure 'calls'; there are: wall, cpu, p99, memory, system calls"
    ):
        functions["value"]("quick", "park/epoll/tasks:10", "calls")


def test_the_memory_of_a_waiting_task(functions: Functions) -> None:
    found = functions["value"]("quick", "park/thread_per_task/tasks:1000", "memory")
    # Of the processes and of the kernel.
    assert (str(found), found.value) == ("3.8 kB", 1400 + 2400)


def test_a_figure_of_a_table_has_its_interval(functions: Functions) -> None:
    found = functions["absolute"]("quick", "echo/epoll/connections:100/work_us:0", "cpu")
    numbers = re.fullmatch(r"(7\.\d\d) µs \((\d\.\d\d) µs to (\d\.\d\d) µs\)", found)
    assert numbers is not None
    value, low, high = map(float, numbers.groups())
    assert low < value < high
    with pytest.raises(BlockError, match="park/epoll/tasks:10: its 'p99' is not known"):
        functions["absolute"]("quick", "park/epoll/tasks:10", "p99")


def test_an_argument_may_be_a_symbol(functions: Functions) -> None:
    pool = "echo/thread_pool/workers:{}/connections:100/work_us:0"
    by_symbol = functions["ratio"]("quick", pool.format("connections"), "epoll", "cpu")
    assert by_symbol == functions["ratio"]("quick", pool.format(WORKERS), "epoll", "cpu")
    with pytest.raises(BlockError, match="workers:cpus/.*no such case"):
        functions["ratio"]("quick", pool.format("cpus"), "epoll", "cpu")


def test_no_model_is_faster_than_all_cpus(functions: Functions) -> None:
    assert functions["least_possible"]("quick") == "0.50"


@pytest.mark.parametrize(
    "low, high, text",
    [
        (-10.0, -5.0, "too little to be seen"),
        (-10.0, 5.0, "less than 5.00 ns"),
        (5.0, 15.0, "10.0 ns (5.00 ns to 15.0 ns)"),
    ],
)
def test_a_price_says_no_more_than_its_interval(low: float, high: float, text: str) -> None:
    assert figures.with_interval(Estimate((low + high) / 2, low, high, 6)) == text


def test_an_optional_argument_that_is_left_out_has_its_usual_value(documents: Path, tmp_path: Path) -> None:
    made = json.loads((documents / "quick.json").read_text())
    for entry in [one for one in made["benchmarks"] if one.get("concur", {}).get("model") == "epoll"]:
        other = json.loads(json.dumps(entry).replace("/epoll/", "/epoll/depth_first:1/"))
        other["concur"]["model_arguments"] = {"depth_first": 1}
        made["benchmarks"].append(other)
    (tmp_path / "quick.json").write_text(json.dumps(made))
    published = Published(tmp_path)
    case = "connections:100/work_us:0"
    usual = published.find("quick", f"echo/epoll/{case}")
    other = published.find("quick", f"echo/epoll/depth_first:1/{case}")
    assert [one.cell.model_arguments for one in (usual, other)] == [(), (("depth_first", 1),)]


def test_models_that_were_not_measured_are_left_out(functions: Functions) -> None:
    assert functions["measured"]("quick", ["libuv", "epoll", "select"]) == ["epoll", "select"]
    with pytest.raises(BlockError, match="knows no model eploll"):
        functions["measured"]("quick", ["eploll"])


def test_how_it_was_measured(functions: Functions) -> None:
    assert functions["machine"]("quick") == "Invented CPU @ 2.40GHz with 2 CPUs, Linux 6.1, g++ 12.2.0"
    assert functions["sets"]("quick") == "6 sets"
    assert functions["disturbed"]("quick") == ""
    assert functions["limited"]("quick") == {}
    assert str(functions["peer_limit"]()) == "90 %"


@pytest.mark.parametrize(
    "document, case, over, metric, message",
    [
        ("quick", "echo/epol/connections:100/work_us:0", "epoll", "cpu", "quick: echo/epol.*no such case"),
        (
            "quick",
            "echo/epoll/connections:7",
            "select",
            "cpu",
            "connections:7: the document has no such case",
        ),
        ("quick", "echo/epoll/connections:100", "select", "cpu", "2 cases have this name"),
        ("quick", "http/epoll", "select", "cpu", "no samples of the workload http"),
        ("quick", "echo", "select", "cpu", "workload/model/argument:number"),
        ("quick", ECHO, "io_uring", "cpu", "beside io_uring: the document has no such case"),
        ("quick", ECHO, "epoll", "CPU", "no measure 'CPU'; there are: wall, cpu, p99, memory"),
        ("quick", "echo/select/connections:1000/work_us:0", "epoll", "cpu", "select/.*skipped: descriptor"),
        ("native", ECHO, "epoll", "cpu", "native.json: no such file"),
    ],
)
def test_a_wrong_case_is_an_error_that_names_it(
    functions: Functions, document: str, case: str, over: str, metric: str, message: str
) -> None:
    with pytest.raises(BlockError, match=message) as raised:
        functions["ratio"](document, case, over, metric)
    assert "\n" not in str(raised.value)


def test_a_claim_that_does_not_hold_is_an_error(functions: Functions) -> None:
    assert functions["require"](True, "less is less") == ""
    with pytest.raises(BlockError, match="does not hold any more: more is less"):
        functions["require"](False, "more is less")


def test_a_case_is_disturbed_if_most_of_its_models_are(documents: Path, tmp_path: Path) -> None:
    text = (documents / "quick.json").read_text()
    loud = text.replace('"others_cpu_ns": 0', '"others_cpu_ns": 100000000000')
    (tmp_path / "quick.json").write_text(loud)
    assert Figures(Published(tmp_path)).functions()["disturbed"]("quick") == "18 of 18 cases"


def test_the_clients_are_limited_above_nine_tenths_of_their_cpu(documents: Path, tmp_path: Path) -> None:
    text = (documents / "quick.json").read_text()
    (tmp_path / "quick.json").write_text(text.replace('"peer_cpu_share": null', '"peer_cpu_share": 0.95'))
    functions = Figures(Published(tmp_path)).functions()
    found = functions["limited"]("quick")
    assert [case["connections"] for case in found["echo"] if case["work_us"] == 0][:2] == [1, 10]
    assert functions["value"]("quick", ECHO, "peer share").text == "95 %"
