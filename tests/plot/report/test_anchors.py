"""Addresses within the page, and the command that measures a case again."""

from dataclasses import replace

import pytest

from concur.documents import results
from concur.report import rerun
from concur.report.anchors import Anchors
from concur.report.origin import address, day


@pytest.fixture
def workloads(small_file):
    return results.load(small_file).workloads


def test_cases_and_workloads_have_an_address_each(workloads):
    anchors = Anchors(workloads)
    found = [anchors.case(case) for one in workloads for case in one.cases]
    found += [anchors.workload(one) for one in workloads]
    assert len(set(found)) == len(found) and "w-echo" in found and "c-echo-2" in found


def test_names_that_look_alike_differ(workloads):
    alike = [
        replace(workloads[0], name="a/b"),
        replace(workloads[1], name="a b"),
        replace(workloads[2], name="/"),
    ]
    anchors = Anchors(alike)
    assert [anchors.workload(one) for one in alike] == ["w-a-b", "w-a-b-a", "w-workload"]


def test_full_names(workloads):
    anchors = Anchors(workloads)
    echo = next(one for one in workloads if one.name == "echo")
    assert anchors.full_name(echo, echo.cases[0]).startswith("echo, ")
    mandelbrot = next(one for one in workloads if len(one.cases) == 1)
    assert anchors.full_name(mandelbrot, mandelbrot.cases[0]) == mandelbrot.name


def test_the_command_names_binary_placement_and_case(workloads):
    for workload, binary in ((workloads[0], "bench_cpu"), (workloads[-1], "bench_io")):
        cell = next(iter(workload.cases[0].cells.values()))
        words = rerun.command(workload, cell, "split").split(" ")
        assert words[0] == f"build/release/bench/{binary}"
        assert words[1:] == ["--placement", "split", "--case", cell.samples[0].case_name]


def test_no_command_for_what_concur_cannot_run(workloads):
    foreign = replace(workloads[0], group="benchmarks")
    assert rerun.command(foreign, next(iter(foreign.cases[0].cells.values())), "") == ""


def test_dates():
    assert day("2024-05-04T10:00:00+00:00") == "4 May 2024"
    assert day("yesterday") == "yesterday"


def test_the_document_is_linked_as_seen_from_the_page(tmp_path):
    assert address(tmp_path / "a b.json", tmp_path / "out/page.html") == "../a%20b.json"
