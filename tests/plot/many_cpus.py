"""Documents of machines with few or many CPUs: pools of 1, 2, 4, ... workers, and work for each CPU."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import synthetic
from machine import MODELS
from turns import case_name, take_turns, with_groups

Json = dict[str, Any]

TASKS_PER_CPU = 16
GRAINS_US = (100, 1000)
# The part of the work that one CPU after the other has to do (Amdahl).
SERIAL_PART = {"thread_pool": 0.02, "process_pool": 0.002}


def powers(most: int) -> tuple[int, ...]:
    """1, 2, 4, ... up to this number, which is a power of two."""
    return tuple(1 << exponent for exponent in range(most.bit_length()))


def speed_up(model: str, workers: int, cpus: int) -> float:
    """The truth: how many times as fast as with one worker."""
    part = SERIAL_PART[model]
    return 1 / (part + (1 - part) / min(workers, cpus))


def describe(machine: Json, cpus: int) -> None:
    machine |= {"cpus_online": cpus, "cpus_usable": cpus, "affinity": list(range(cpus))}
    machine["topology"] |= {"cores": cpus, "hardware_threads": cpus, "usable": f"0-{cpus - 1}"}


def document(cpus: int, workers: tuple[int, ...] = (), rounds: int = 5, turns: bool = False) -> Json:
    """primes under serial and two pools; without `workers`, with 1, 2, 4, ... as many as there are CPUs."""
    pools = {name: replace(MODELS[name], workers=workers or powers(cpus)) for name in SERIAL_PART}
    made = synthetic.document(rounds=rounds, models={"serial": MODELS["serial"], **pools}, only=("primes",))
    chosen = [e for e in made["benchmarks"] if e["concur"]["arguments"]["grain_us"] in GRAINS_US]
    for entry in chosen:
        sample = entry["concur"]
        sample["arguments"] = {**sample["arguments"], "tasks": TASKS_PER_CPU * cpus}
        sample["symbols"] = {"tasks": f"{TASKS_PER_CPU}*cpus"}
        sample["model_cpus"] = list(range(cpus))
        if sample["model_arguments"]:
            number = sample["model_arguments"]["workers"]
            if number == cpus:
                sample["symbols"]["workers"] = "cpus"
            # The machine of the other documents has two CPUs.
            entry["real_time"] *= 2 / speed_up(sample["model"], number, cpus)
        entry["name"] = entry["run_name"] = case_name(sample) + "/iterations:2/process_time/real_time"
    made = {**made, "benchmarks": chosen}
    made["context"]["concur"]["samples_planned"] = len(chosen)
    describe(made["context"]["concur"]["machine"], cpus)
    return take_turns(made) if turns else with_groups(made)
