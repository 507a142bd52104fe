"""Two results documents, side by side and over time, and one for other tools."""

import json

import pytest

import synthetic
from concur.commands.history import changes, load_runs
from concur.documents.results import DocumentError
from concur.statistics import intervals
from concur.statistics.comparison import FASTER, SAME, SLOWER, UNCLEAR, quotient, verdict
from concur.statistics.intervals import Estimate

MODELS = {name: synthetic.MODELS[name] for name in ("serial", "poll", "epoll")}


def estimate(value, spread=0.01, rounds=7):
    return Estimate(value, value * (1 - spread), value * (1 + spread), rounds)


def test_a_quotient_has_the_spread_of_both():
    ratio = quotient(estimate(2.0, 0.03), estimate(1.0, 0.04))
    assert ratio.value == pytest.approx(2)
    assert ratio.high / ratio.value == pytest.approx(1.05, abs=0.005)
    assert ratio.low / ratio.value == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(
    ("value", "spread", "rounds", "expected"),
    [
        (1.10, 0.02, 7, SLOWER),
        (0.90, 0.02, 7, FASTER),
        (1.00, 0.02, 7, SAME),
        (1.05, 0.02, 7, UNCLEAR),
        (1.00, 0.20, 7, UNCLEAR),
        (1.50, 0.01, 4, UNCLEAR),
    ],
)
def test_a_verdict_needs_its_whole_interval_beyond_the_margin(value, spread, rounds, expected):
    assert verdict(estimate(value, spread, rounds), 0.05) == expected


def test_its_interval_holds_the_truth_as_often_as_it_says():
    rng = intervals.np.random.default_rng(3)
    sets = 1000
    sides = []
    for _ in range(2):
        values = 10 + rng.normal(0, 0.05, (sets, 7))
        sides.append((intervals.np.median(values, axis=1), *intervals.median_interval(values)))
    held = 0
    for new, old in zip(zip(*sides[0]), zip(*sides[1])):
        ratio = quotient(Estimate(*map(float, new), 7), Estimate(*map(float, old), 7))
        held += ratio.low <= 1 <= ratio.high
    assert held / sets >= 0.93


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")

    def write(name, drift, epoll, change=None):
        made = synthetic.document(rounds=7, models=MODELS, only=("primes", "mandelbrot"), seed=len(name))
        for entry in made["benchmarks"]:
            entry["real_time"] *= drift * (epoll if entry["concur"]["model"] == "epoll" else 1)
        if change:
            change(made)
        path = folder / f"{name}.json"
        path.write_text(json.dumps(made))
        return path

    def upgrade(made):
        machine = made["context"]["concur"]["machine"]
        machine |= {"kernel": "6.9", "affinity": [0], "mitigations": {"meltdown": "off"}}
        made["context"]["concur"]["build"]["flags"] = "-O3"

    def fail(made):
        for entry in made["benchmarks"]:
            if entry["concur"]["model"] == "poll" and entry["concur"]["workload"] == "mandelbrot":
                entry["real_time"] = 0.0
                entry["concur"] |= {"outcome": "invalid", "reason": "wrong digest", "work": None}

    return {
        "old": write("old", 1.0, 1.0),
        "drifted": write("drifted", 1.3, 1.0),
        "slower": write("slower", 0.8, 1.1),
        "upgraded": write("upgraded", 1.0, 1.0, upgrade),
        "failing": write("failing", 1.0, 1.0, fail),
    }


def compared(run, documents, new, tmp_path, *more):
    file = tmp_path / "out.json"
    done = run("compare.py", documents["old"], documents[new], "--json", file, *more)
    return done, json.loads(file.read_text())


def test_drift_of_the_machine_is_no_change(run, documents, tmp_path):
    done, found = compared(run, documents, "drifted", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {one["verdict"] for one in found["compared"] if one["relative"]} == {SAME}
    assert {one["model"] for one in found["compared"] if not one["relative"]} == {"serial"}
    _, plain = compared(run, documents, "drifted", tmp_path, "--relative-to", "none")
    assert SLOWER in {one["verdict"] for one in plain["compared"]}


def test_what_became_slower_is_found_and_nothing_else(run, documents, tmp_path):
    done, found = compared(run, documents, "slower", tmp_path, "--fail-on-slower")
    assert done.returncode == 1
    relative = [one for one in found["compared"] if one["relative"]]
    assert {one["model"] for one in relative if one["verdict"] == SLOWER} == {"epoll"}
    assert all(one["verdict"] == SLOWER for one in relative if one["model"] == "epoll")
    assert all(one["ratio"] == pytest.approx(1.1, rel=0.02) for one in relative if one["model"] == "epoll")
    assert "epoll" in done.stdout and "geometric mean" in done.stdout


def test_environments_that_differ_are_named(run, documents, tmp_path):
    done, found = compared(run, documents, "upgraded", tmp_path)
    for name in (
        "kernel: 6.1.0-18-amd64 before, 6.9 now",
        "CPU set: 0,1 before, 0 now",
        "flags: -O2 before, -O3 now",
        "mitigation meltdown: none before, off now",
    ):
        assert f"the environments differ: {name}" in done.stdout
    assert len(found["environment"]) == 4


def test_outcomes_that_changed_come_first(run, documents, tmp_path):
    done, found = compared(run, documents, "failing", tmp_path)
    assert done.stdout.startswith("cannot be compared: ok before, invalid: wrong digest now: mandelbrot")
    assert len(found["changed"]) == 1


def test_what_cannot_be_read(run, documents, tmp_path):
    done = run("compare.py", documents["old"], tmp_path / "none.json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert run("compare.py", documents["old"], documents["old"], "--margin", "7").returncode == 2


def test_an_export_has_one_median_per_case(run, documents, tmp_path):
    out = tmp_path / "x.github-action.json"
    done = run("export.py", documents["failing"], "-o", out)
    assert done.returncode == 0, done.stderr
    entries = json.loads(out.read_text())
    names = [entry["name"] for entry in entries]
    assert len(names) == len(set(names))
    assert all(set(entry) == {"name", "unit", "value", "range", "extra"} for entry in entries)
    assert all(entry["value"] > 0 for entry in entries), "a case that failed takes no time"
    assert not any(name.startswith("mandelbrot/poll") for name in names)
    ratios = [entry for entry in entries if entry["unit"] == "ratio"]
    assert ratios and all(entry["name"].endswith("÷ serial") for entry in ratios)
    assert run("export.py", documents["old"], "-o", tmp_path / "no" / "x.json").returncode == 1


def test_history_draws_a_line_for_each_model(run, documents, tmp_path):
    paths = (documents[name] for name in ("old", "slower", "upgraded"))
    done = run("history.py", *paths, "-o", tmp_path, "--format", "svg")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "history_mandelbrot.svg",
        "history_primes.svg",
    ]


def test_history_is_of_one_machine(documents, tmp_path):
    other = json.loads(documents["old"].read_text())
    other["context"]["host_name"] = "elsewhere"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    with pytest.raises(DocumentError, match="another host .elsewhere. than .*: draw them apart"):
        load_runs([documents["old"], path])
    runs = load_runs([documents["old"], documents["upgraded"]])
    assert any("flags -O3 (before: -O2)" in change for change in changes(runs))
