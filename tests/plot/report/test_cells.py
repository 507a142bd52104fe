"""Shades of cells, and what the sections of workloads say beside their figures."""

import pytest

from concur.documents import results
from concur.documents.cases import main_rows
from concur.report import cells, sections
from concur.report.anchors import Anchors
from concur.statistics.ratios import to_baseline


@pytest.mark.parametrize(
    "ratio, shade",
    [
        (1.0, ""),
        (1.049, ""),
        (0.96, ""),
        (1.05, "s1"),
        (1.5, "s2"),
        (3.0, "s3"),
        (360.0, "s4"),
        (0.95, "f1"),
        (0.8, "f2"),
        (0.3, "f3"),
    ],
)
def test_a_shade_says_how_far_from_the_baseline(ratio, shade):
    assert cells.shade(ratio) == shade


@pytest.fixture(scope="module")
def document(small_file):
    return results.load(small_file)


@pytest.fixture(scope="module")
def made(document):
    models = {row.model: index for index, row in enumerate(main_rows(document.workloads))}
    return sections.Sections(document, Anchors(document.workloads), models).all()


def test_the_best_come_first_and_every_series_is_there(document, made):
    for workload, section in zip(document.workloads, made, strict=True):
        for case, panel in zip(workload.cases, section.panels, strict=True):
            assert [row.texts.name.split(" ")[0] for row in panel.rows] == [
                series.model for series in to_baseline(case).order()
            ]
            assert len(panel.rows) == len(case.ok())
            # The chart also shows those that failed.
            assert panel.chart is not None and len(panel.chart.bars) == len(case.cells)


def test_columns_without_a_figure_are_left_out(made):
    primes = next(one for one in made if one.workload.name == "primes")
    echo = next(one for one in made if one.workload.name == "echo")
    assert "p99" not in primes.columns and echo.columns["p99"] == "99th percentile"
    assert echo.columns["cpu"] == "CPU time per request" and "memory" not in echo.columns
    assert "time_interval" not in echo.columns


def test_latencies_of_a_closed_loop_carry_their_warning(made, served, tmp_path):
    warned = {one.workload.name for one in made if one.warning}
    assert warned == {"echo"}
    document = results.read(served, tmp_path)
    open_echo = next(one for one in document.workloads if one.name == "open_echo")
    assert not sections.is_closed_loop(open_echo)


def test_failures_name_their_cases_once(made):
    echo = next(one for one in made if one.workload.name == "echo")
    select = [one for one in echo.failures if one.name == "select"]
    assert len(select) == 1 and len(select[0].cases) == 4
    assert "FD_SETSIZE" in select[0].reason


def test_how_busy_the_peer_was(document):
    cell = next(iter(document.workloads[0].cases[0].cells.values()))
    assert cells.peer_share(cell) == ""
