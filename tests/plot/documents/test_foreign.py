"""Documents that other programs wrote with Google Benchmark become cases of series."""

import copy
import json
from pathlib import Path

import pytest

import foreign_documents
from concur.answers.decisions import decisions
from concur.answers.doubts import doubts
from concur.answers.headlines import headline
from concur.documents import labels, results
from concur.documents.cases import Series
from concur.documents.json_text import DocumentError
from concur.statistics import measures, ratios, turns

PATH = Path("made.json")
LISTS = "BM_PushBack<std::list<int>>"
VECTORS = "BM_PushBack<std::vector<int>>"


def read(made):
    return results.read(made, PATH)


def of(*entries, **of_context):
    return read({"context": foreign_documents.context(**of_context), "benchmarks": list(entries)})


def cells(document):
    """Each cell by the name of its workload, its arguments and its series."""
    return {
        (workload.name, case.arguments, series.model): cell
        for workload in document.workloads
        for case in workload.cases
        for series, cell in case.cells.items()
    }


@pytest.fixture(scope="module")
def made():
    return foreign_documents.document()


@pytest.fixture(scope="module")
def document(made):
    return read(made)


def test_benchmarks_with_the_same_arguments_are_one_workload(document):
    assert [workload.name for workload in document.workloads] == [
        "benchmarks",
        "benchmarks_by_argument",
        "benchmarks_by_bytes",
        "benchmarks_by_x_and_y",
        "benchmarks_by_threads",
        "benchmarks_by_argument_1_and_argument_2",
    ]
    by_argument = document.workloads[1]
    assert [case.arguments for case in by_argument.cases] == [(("argument", n),) for n in (8, 64, 512, 4096)]
    assert list(by_argument.cases[1].cells) == [Series(VECTORS, ()), Series(LISTS, ())]
    assert by_argument.unit == "iteration" and by_argument.main == "argument"


def test_each_repetition_is_one_observation(document):
    cell = cells(document)["benchmarks_by_argument", (("argument", 64),), LISTS]
    assert len(cell.samples) == 7
    estimate = turns.time(cell)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.low < 64 * 20 * 1.01 and estimate.high > 64 * 20 * 0.99
    assert (document.rounds, document.rounds_least) == (7, 7)
    assert labels.sets(document, "no intervals") == "7 repetitions of one process"
    assert "median over repetitions of one process" in labels.interval_note(document, "bars")


def test_figures_are_those_of_an_iteration(document):
    (sample, *_) = cells(document)["benchmarks_by_bytes", (("bytes", 64),), "BM_Copy"].samples
    assert sample.units == 1
    assert sample.real_ns == pytest.approx(4.0, rel=0.1)
    assert sample.cpu_ns == pytest.approx(0.9 * sample.real_ns)
    assert sample.start_time == "2024-05-04T10:00:00.000Z"


@pytest.mark.parametrize("unit, ns", [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)])
def test_units_of_time(unit, ns):
    (sample,) = of(foreign_documents.entry("BM_A", 2.5, time_unit=unit)).samples
    assert sample.real_ns == 2.5 * ns


def test_no_ratio_pairs_what_was_not_run_side_by_side(document):
    case = document.workloads[1].cases[1]
    assert case.baseline is None
    vectors, lists = case.cells.values()
    assert turns.paired(lists, vectors, turns.WALL) is None
    assert ratios.pairwise(case, measures.WALL) == {}
    ranked = ratios.to_baseline(case)
    assert ranked.baseline is None and ranked.best is None and not ranked.ratios
    assert [series.model for series in ranked.order()] == [VECTORS, LISTS]
    assert ranked.value(Series(LISTS, ())) == pytest.approx(64 * 20, rel=0.05)


def test_a_rate_of_somebody_else_is_no_open_loop():
    document = of(foreign_documents.entry("BM_A/rate:100", 1.0))
    assert ratios.default_measure(document.workloads[0].cases[0]) is measures.WALL


def test_what_can_be_said_of_it(document):
    assert headline(document.workloads[1]) == "There is no baseline to compare with."
    assert [(doubt.what, doubt.serious) for doubt in doubts(document)] == [("small differences", False)]
    once = read(foreign_documents.document(repetitions=1, build="debug"))
    serious = [doubt.what for doubt in doubts(once) if doubt.serious]
    assert serious == ["all figures", "figures of one repetition"]
    assert decisions(document) == []


def test_failures_are_outcomes_with_their_reasons(document):
    found = cells(document)
    device = found["benchmarks_by_argument", (("argument", 8),), "BM_Device"]
    assert (device.outcome, device.reason) == ("did_not_finish", 'no "device" here')
    skipped = found["benchmarks", (), "BM_Windows"]
    assert (skipped.outcome, skipped.reason) == ("skipped", "only on Windows")
    sometimes = found["benchmarks", (), "BM_Sometimes"]
    assert (sometimes.outcome, sometimes.reason) == ("did_not_finish", "out of memory (1 of 7 repetitions)")


@pytest.mark.parametrize(
    "time, reason",
    [
        (0.0, "no time was measured"),
        (-1.0, "no time was measured"),
        (float("nan"), "the time is no finite number"),
    ],
)
def test_no_time_is_no_figure(time, reason):
    document = of(foreign_documents.entry("BM_A", time), foreign_documents.entry("BM_B", 1.0))
    bad = cells(document)["benchmarks", (), "BM_A"]
    assert (bad.outcome, bad.reason) == ("invalid", reason)
    assert turns.time(cells(document)["benchmarks", (), "BM_B"]).value == 1.0


def test_cpu_time_says_of_which_threads_it_is(document):
    known = {sample.model: sample.cpu_of_all_threads for sample in document.samples}
    assert known["BM_Queue"] and not known["BM_Copy"]
    by_name = {workload.name: workload for workload in document.workloads}
    assert labels.cpu_time_note([by_name["benchmarks_by_threads"]]) == ""
    assert "starts itself" in labels.cpu_time_note([by_name["benchmarks_by_bytes"]])


def test_without_cpu_time():
    made = foreign_documents.entry("BM_A", 1.0)
    del made["cpu_time"]
    assert of(made).samples[0].cpu_ns is None


def test_old_documents_say_the_same(made, document):
    def figures(one):
        return {key: [(s.outcome, s.real_ns) for s in cell.samples] for key, cell in cells(one).items()}

    old = read(foreign_documents.old(made))
    assert figures(old) == figures(document)
    assert old.origin.host == "" and old.origin.library == "Google Benchmark (release build)"
    assert {sample.start_time for sample in old.samples} == {"2018-01-30T18:40:25.000Z"}


def test_repetitions_without_an_index_are_counted_in_order():
    entries = [foreign_documents.entry("BM_A", time) for time in (3.0, 1.0, 2.0)]
    document = of(*entries)
    assert [sample.real_ns for sample in document.samples] == [3.0, 1.0, 2.0]
    assert document.rounds == 3


def test_settings_stand_in_names_where_nothing_else_differs():
    names = ["BM_A/real_time", "BM_A", "BM_B/8/iterations:5", "BM_B/8/iterations:50", "BM_C/manual_time"]
    document = of(*(foreign_documents.entry(name, 1.0) for name in names))
    assert {sample.model for sample in document.samples} == {
        "BM_A/real_time",
        "BM_A",
        "BM_B/iterations:5",
        "BM_B/iterations:50",
        "BM_C",
    }
    assert document.rounds == 1


def test_many_long_names_of_arguments_still_make_a_name_of_a_file():
    name = "BM_A/" + "/".join(f"a rather long name of an argument {n}:1" for n in range(20))
    (workload,) = of(foreign_documents.entry(name, 1.0)).workloads
    assert len(workload.name) < 100 and "/" not in workload.name and " " not in workload.name
    assert len(workload.cases[0].arguments) == 20


def test_the_document_says_what_is_wrong_with_its_figures():
    entry = foreign_documents.entry("BM_A", 1.0)
    assert of(entry).warnings == ()
    warned = of(entry, build="debug", cpu_scaling_enabled=True)
    assert [words.split(":")[0] for words in warned.warnings] == [
        "Google Benchmark was built as debug",
        "the CPUs could change their frequency (scaling)",
    ]
    left_out = of(entry, *foreign_documents.aggregates("BM_B/8", [1.0, 2.0]))
    assert [words[:20] for words in left_out.warnings] == ["1 benchmark left out"]


def test_several_documents_are_repetitions_of_several_processes(made, tmp_path):
    paths = []
    for seed in range(3):
        paths.append(tmp_path / f"{seed}.json")
        paths[-1].write_text(json.dumps(foreign_documents.document(repetitions=2, seed=seed)))
    document = results.load_all(paths)
    assert labels.sets(document, "") == "6 repetitions of 3 processes"
    assert not document.is_of_one_process and document.is_foreign
    assert len({(sample.case_key, sample.round) for sample in document.samples}) == len(document.samples)


def test_arguments_that_change_together_are_told_apart():
    document = of(*(foreign_documents.entry(f"BM_A/{n}/{n + 1}", 1.0) for n in (3, 5)))
    assert labels.fixed(document.workloads[0]) == "argument 2 = 4 / 6"


def test_no_arguments_have_a_name(document):
    workload = document.workloads[0]
    assert labels.case(workload, workload.cases[0]) == "no arguments"


@pytest.mark.parametrize(
    "change, text",
    [
        (foreign_documents.only_aggregates, "aggregates alone"),
        (lambda made: {**made, "benchmarks": []}, "holds no benchmarks"),
        (lambda made: {"benchmarks": made["benchmarks"]}, "not a results document"),
        (lambda made: {**made, "benchmarks": [{"stats": 1}]}, "benchmarks[0]: 'name' is missing"),
        (lambda made: {**made, "benchmarks": [[1]]}, "benchmarks[0]: 'name' is missing"),
        (
            lambda made: {
                **made,
                "benchmarks": [{**foreign_documents.entry("BM_A", 1.0), "real_time": "fast"}],
            },
            "BM_A: 'real_time' has the wrong type",
        ),
        (
            lambda made: {**made, "benchmarks": [foreign_documents.entry("BM_A", 1.0, time_unit="days")]},
            "BM_A: time unit 'days' is none of ns, us, ms, s",
        ),
    ],
)
def test_refusals_are_one_line(made, change, text):
    with pytest.raises(DocumentError) as refused:
        read(change(copy.deepcopy(made)))
    assert text in str(refused.value) and str(refused.value).startswith("made.json: ")
    assert "\n" not in str(refused.value)


def test_aggregates_and_an_error_are_refused_too():
    """What failed has no aggregates, and Google Benchmark writes it in any case."""
    error = foreign_documents.entry("BM_B", 0.0, error_occurred=True, error_message="no")
    with pytest.raises(DocumentError, match="aggregates alone"):
        of(*foreign_documents.aggregates("BM_A", [1.0, 2.0]), error)
