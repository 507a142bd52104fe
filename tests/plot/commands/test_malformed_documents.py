"""500 documents that are wrong somewhere: each program reads them, or refuses them in one line.

A warning of a library fails these tests as an exception does: conftest.py makes errors of both.
"""

import json
import re
from itertools import islice

import pytest

import foreign_documents
import malformed
import synthetic
from concur.drawing import output
from entries import TRUE, write
from machine import MODELS

SEED = 16
# Of each kind.
NUMBER, PORTIONS = 250, 2
# Charts take a second each, so that few are drawn. Tests of charts draw many documents that are right.
DRAWN_OF = 50
FOREIGN = "BM_(Copy|Two|Device|Windows|Sometimes|Queue.*threads:1|.*BigO)"
CHOSEN = {"primes": {"grain_us": 10}, "echo": {"connections": 10, "work_us": 0}, "park": {"tasks": 10}}


def ours():
    """All kinds of fields, but few and short lists: changes are to meet other places than these too."""
    models = {name: MODELS[name] for name in ("serial", "thread_pool", "epoll")}
    made = synthetic.document(rounds=2, models=models, only=tuple(CHOSEN), counted=True, turns=True)

    def shorten(sample):
        for key in ("latency", "latency_uncorrected"):
            sample[key] = sample[key] and {**sample[key], "buckets": sample[key]["buckets"][:2]}
        sample["slices"] = sample["slices"] and {name: of[:2] for name, of in sample["slices"].items()}

    return synthetic.changed(
        made, shorten, lambda sample: CHOSEN[sample["workload"]].items() <= sample["arguments"].items()
    )


def foreign():
    made = foreign_documents.document(repetitions=2)
    kept = [entry for entry in made["benchmarks"] if re.match(FOREIGN, entry["name"])]
    return {**made, "benchmarks": kept}


def again(made):
    """The same on another day."""
    if "concur" in made["context"]:
        return synthetic.again(made)
    return {**made, "context": {**made["context"], "date": "2024-05-05T12:00:00+02:00"}}


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases")
    found = {}
    for name, made in (("ours", ours()), ("foreign", foreign())):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(again(made)))
        found[name] = (made, path)
    return found


def calls(good, bad, folder):
    """Each program, with its arguments."""
    findings = write(folder / "f.toml", TRUE)
    return (
        ("export", bad, "-o", folder / "exported.json"),
        ("compare", good, bad, "--all", "--json", folder / "compared.json"),
        ("compare", bad, good, "--metric", "cpu"),
        ("summary", good, bad, "--all"),
        ("findings", "judge", bad, "--findings", findings, "-o", folder / "judged"),
        ("report", bad, "-o", folder / "report.html", "--against", good, "--findings", findings),
    )


def is_one_line_at_most(done):
    return (
        done.returncode in (0, 1, 2) and len(done.stderr.splitlines()) <= 1 and "Traceback" not in done.stderr
    )


@pytest.mark.parametrize("portion", range(PORTIONS))
@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_each_program_reads_it_or_refuses_it_in_one_line(run, bases, tmp_path, monkeypatch, kind, portion):
    # Pixels are not what differs.
    monkeypatch.setattr(output, "render", lambda figure, suffix: b"")
    made, good = bases[kind]
    bad = tmp_path / "bad.json"
    programs = calls(good, bad, tmp_path)
    outcomes = set()
    documents = malformed.documents(made, NUMBER // PORTIONS, SEED + portion)
    for number, content in enumerate(documents):
        bad.write_bytes(content)
        chosen = [("summary", bad, "--all"), programs[number % len(programs)]]
        if number % DRAWN_OF == 0:
            charts = ("--format", "svg", "-o", tmp_path / "charts")
            chosen += [("plot", bad, *charts), ("history", good, bad, *charts)]
        for program, *given in chosen:
            done = run(program, *given)
            assert is_one_line_at_most(done), (program, done.returncode, done.stderr[:1000])
            # It can be printed: no half of a character is left.
            done.stdout.encode()
            outcomes.add((program, done.returncode == 0))
    assert {("summary", True), ("summary", False)} <= outcomes


def test_the_same_seed_gives_the_same_documents(bases):
    made, _ = bases["ours"]
    one, other = (list(islice(malformed.documents(made, 50, SEED), 50)) for _ in range(2))
    assert one == other and len(set(one)) > 40
