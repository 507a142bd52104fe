"""Which series of a model the charts of a document show."""

from pathlib import Path

import many_cpus
from concur.documents import labels, results
from concur.drawing.rows import rows_of
from machine import MODELS
from synthetic import document


def shown(read, workload):
    found = [row.series_of(case) for row in rows_of(read, workload) for case in workload.cases]
    return {labels.series(series) for series in found if series}


def test_of_many_equally_usual_numbers_of_workers_it_is_that_of_the_cpus():
    read = results.read(many_cpus.document(16), Path("made.json"))
    assert shown(read, read.workloads[0]) == {"serial", "thread_pool ×cpus", "process_pool ×cpus"}


def test_a_model_that_is_in_no_case_of_the_workload_has_no_row():
    made = document(rounds=1, models=MODELS, only=("mandelbrot", "timers"))
    made["benchmarks"] = [
        entry
        for entry in made["benchmarks"]
        if entry["concur"]["workload"] == "timers" or entry["concur"]["model"] == "serial"
    ]
    read = results.read(made, Path("made.json"))
    assert [[row.model for row in rows_of(read, one)] for one in read.workloads] == [["serial"], list(MODELS)]
