"""Results documents of runs that differ in known ways."""

import json

import pytest

import synthetic
from turns import slowed

MODELS = {name: synthetic.MODELS[name] for name in ("serial", "poll", "epoll")}


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
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

    def name_numbers(made):
        for entry in made["benchmarks"]:
            entry["concur"]["symbols"] = {}

    def serve(name, change):
        models = {name: synthetic.MODELS[name] for name in ("epoll", "thread_pool")}
        made = synthetic.document(rounds=7, models=models, only=("echo",))
        change(made)
        path = folder / f"{name}.json"
        path.write_text(json.dumps(made))
        return path

    def take_turns(name, seed, change=lambda entry: None):
        models = {**MODELS, **{name: synthetic.MODELS[name] for name in ("select", "coroutine")}}
        only = ("primes", "mandelbrot", "switching", "echo")
        made = synthetic.document(rounds=10, models=models, only=only, seed=seed, turns=True)
        for entry in made["benchmarks"]:
            if entry["concur"]["slices"]:
                change(entry)
        path = folder / f"{name}.json"
        path.write_text(json.dumps(made))
        return path

    def sabotage(entry):
        slowed(entry, 1.3 * (1.05 if entry["concur"]["model"] == "poll" else 1.0))

    def disturb(entry):
        sabotage(entry)
        evidence = entry["concur"]["evidence"]
        if entry["concur"]["model"] == "poll":
            entry["concur"]["evidence"] = {**evidence, "others_cpu_ns": evidence["elapsed_ns"] // 2}

    def limit(entry):
        sabotage(entry)
        if entry["concur"]["workload"] == "echo":
            entry["concur"]["evidence"] = {**entry["concur"]["evidence"], "peer_cpu_share": 0.95}

    return {
        "turns": take_turns("turns", 3),
        "turns again": take_turns("turns again", 4),
        "sabotaged": take_turns("sabotaged", 5, sabotage),
        "disturbed": take_turns("disturbed", 5, disturb),
        "limited": take_turns("limited", 5, limit),
        "served": serve("served", lambda made: None),
        "served by number": serve("served by number", name_numbers),
        "old": write("old", 1.0, 1.0),
        "drifted": write("drifted", 1.3, 1.0),
        "slower": write("slower", 0.8, 1.1),
        "upgraded": write("upgraded", 1.0, 1.0, upgrade),
        "failing": write("failing", 1.0, 1.0, fail),
    }
