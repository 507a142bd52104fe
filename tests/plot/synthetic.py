"""Makes results documents with known truths, valid against results/schema.json.

    python3 tests/plot/synthetic.py [--all-models] [--turns] [--rounds 7] > results.json

A machine's disturbance is common to all samples of a round; on top of it each sample has a little noise of
its own. So paired ratios find the truth much more exactly than the times do, as on a real machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np

from machine import CONTEXT, LATER_MODELS, MODELS, WORKLOADS, Model, Workload
from truths import NS_PER_MS, WORK_US, outcome, truth_ns, units
from turns import take_turns, with_groups

Json = dict[str, Any]

ROUND_NOISE, SAMPLE_NOISE = 0.05, 0.006
# How Google Benchmark ends the name of a run.
SUFFIXES = {"windows": "manual_time", "runs": "process_time/real_time"}
# The model whose case runs twice per round, the second time as a control.
CONTROL = "epoll"
CONTROL_FACTOR = 50.0
GRAINS_US = (1, 10, 100, 1000, 10000)
# The rounds in which the events of windows are counted, if no test asks for more.
COUNTED_ROUNDS = 2

CASES: dict[str, list[dict[str, int]]] = {
    "primes": [{"tasks": WORK_US // grain, "grain_us": grain} for grain in GRAINS_US],
    "mandelbrot": [{"rows": 512, "tasks": 16}],
    "switching": [{"tasks": tasks, "slices": 1000} for tasks in (2, 10, 100, 1000)],
    "timers": [{"tasks": tasks, "naps": 20, "nap_us": 1000} for tasks in (10, 100, 1000)],
    "echo": [
        {"connections": connections, "payload": 64, "requests": 20000, "work_us": work_us}
        for work_us in (0, 20)
        for connections in (1, 10, 100, 1000, 10000)
    ],
    "fetch": [{"clients": clients, "pages": 1000, "delay_ms": 10} for clients in (1, 10, 100, 1000)],
}

# Those with figures of their own; drawn only where a test asks for them.
MORE_CASES: dict[str, list[dict[str, int]]] = {
    "park": [{"tasks": tasks} for tasks in (10, 1000, 100_000)],
    "fork_join": [{"leaves": 1000}, {"leaves": 1_000_000}],
    "open_echo": [
        {"connections": 100, "payload": 64, "rate": rate, "requests": rate // 5}
        for rate in (5000, 20_000, 80_000, 320_000)
    ],
    "idle_crowd": [
        {"connections": connections, "active": 10, "requests": 20000} for connections in (100, 900, 10_000)
    ],
    "churn": [{"clients": clients, "payload": 64, "connections": 2000} for clients in (1, 10, 100)],
}


def highest_of_bucket(values: Any) -> Any:
    """HdrHistogram's scheme: 128 buckets per power of two, so that the error is below 1 %."""
    # frexp gives the number of bits, exactly for what a double holds exactly.
    shift = np.maximum(0, np.frexp(values.astype(float))[1] - 8)
    return (((values >> shift) + 1) << shift) - 1


def histogram(values: Any, what: str) -> Json:
    whole = np.sort(np.asarray(values, dtype=np.int64))
    highest, counts = np.unique(highest_of_bucket(whole), return_counts=True)

    def at(quantile: float) -> int:
        return int(whole[min(len(whole) - 1, int(np.ceil(quantile * len(whole))) - 1)])

    return {
        "what": what,
        "count": len(whole),
        "p50_ns": at(0.5),
        "p99_ns": at(0.99),
        "p999_ns": at(0.999),
        "max_ns": int(whole[-1]),
        "buckets": np.stack([highest, counts], axis=1).tolist(),
    }


def latency(workload: str, model: str, p: dict[str, int], time_ns: float, rng: Any) -> Json | None:
    if workload == "timers":
        typical, what = {**MODELS, **LATER_MODELS}[model].switch_ns * 3 + 55_000, "lateness of waking"
    elif WORKLOADS[workload].has_peer:
        typical = time_ns / units(workload, p) * p[WORKLOADS[workload].crowd or "clients"]
        what = "time to connect and get the first answer" if workload == "churn" else "time to answer"
    else:
        return None
    values = typical * np.exp(rng.normal(0, 0.15, 2500))
    values[:25] *= rng.uniform(2, 12, 25)
    return histogram(values, what)


def cost(info: Workload, row: Model, n: int, cpu_ns: int) -> Json:
    """Of a window only the CPU time is known, as a sum."""
    user = round(cpu_ns * (0.95 if info.group == "cpu" else 0.25))
    of_runs = {
        "cpu_user_ns": user,
        "cpu_system_ns": cpu_ns - user,
        "switches_voluntary": round(n * row.switches),
        "switches_involuntary": round(n * row.switches * 0.02),
        "faults_minor": 120,
        "faults_major": 0,
    }
    return {**(dict.fromkeys(of_runs) if info.timed == "windows" else of_runs), "cpu_ns": cpu_ns}


def memory_at_the_peak(model: str, tasks: int) -> Json:
    """A model that runs one task to its end before the next has no more than the noise of the process."""
    each = {"serial": 0, "thread_per_task": 9000, "coroutine": 240}.get(model, 120)
    return {
        "when": "peak",
        "tasks": tasks,
        "pss_bytes": None,
        "rss_bytes": 200_000 + each * tasks,
        "kernel_bytes": None,
        "noise_bytes": 512 << 10,
    }


def entry(
    workload: str,
    model: str,
    workers: int,
    p: dict[str, int],
    number: int,
    noise: float,
    counted: bool = False,
) -> Json:
    """One sample; what stands in it is a total over its two jobs or windows."""
    info = WORKLOADS[workload]
    row = {**MODELS, **LATER_MODELS}[model]
    rng = np.random.default_rng([number, 7])
    result, reason = outcome(workload, model, p)
    ok = result == "ok"
    iterations = 2 if ok else 0
    real_ns = truth_ns(workload, model, workers, p) * noise * float(np.exp(rng.normal(0, SAMPLE_NOISE)))
    n = units(workload, p) * iterations
    work_us = p.get("grain_us", 0) + (p.get("work_us", 0) if info.timed == "windows" else 0)
    per_unit = 150_000 if workload == "mandelbrot" else work_us * 1000 + row.cpu_ns
    if workload == "idle_crowd":
        per_unit += row.idle_ns * p["connections"]
    cpu = float(n * per_unit) * float(np.exp(rng.normal(0, 0.03)))
    model_arguments = {"workers": workers} if workers else {}
    given = "".join(f"/{name}:{value}" for name, value in {**model_arguments, **p}.items())
    name = f"{workload}/{model}{given}/iterations:{iterations}/{SUFFIXES[info.timed]}"
    made: Json = {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "repetition_index": 0,
        "iterations": iterations,
        "real_time": real_ns / NS_PER_MS if ok else 0.0,
        "cpu_time": real_ns / NS_PER_MS / 3 if ok else 0.0,
        "time_unit": "ms",
        "concur": {
            "workload": workload,
            "model": model,
            "arguments": p,
            "model_arguments": model_arguments,
            "symbols": {"workers": info.crowd} if row.is_pool and info.crowd else {},
            "timed": info.timed,
            "control": False,
            "outcome": result,
            "reason": reason,
            "round": 0,
            "sequence": number,
            "start_time": "2024-05-04T10:00:00.000Z",
            "placement": "split",
            "model_cpus": [0] if info.has_peer else [0, 1],
            "peer_cpus": [1] if info.has_peer else [],
            "peer_processes": 1 if info.has_peer else 0,
            "unit": info.unit,
            "work": None,
            "cost": None,
            "latency": None,
            "latency_uncorrected": None,
            "memory": None,
            "counts": None,
            "evidence": {
                "steal_ns": 0,
                "run_delay_ns": None,
                "peer_cpu_ns": None,
                "peer_cpu_share": None,
                "elapsed_ns": round(real_ns) * 3,
                "others_cpu_ns": 0,
                "listen_overflows": 0,
                "syn_retransmits": 0,
                "at_gates": "slept" if info.timed == "windows" else None,
            },
        },
    }
    if not ok:
        return {**made, "error_occurred": True, "error_message": f"{result}: {reason}"}
    fair = {"completions_least": 10, "completions_most": 12, "jain": 0.98}
    unfair = {"completions_least": None, "completions_most": None, "jain": None}
    moved = n * p.get("payload", 0) * 2
    made["concur"]["work"] = {"units": n, "bytes": moved, **(fair if info.timed == "windows" else unfair)}
    made["concur"]["cost"] = cost(info, row, n, round(cpu))
    made["concur"]["latency"] = latency(workload, model, p, real_ns, rng)
    if workload == "open_echo":
        made["concur"]["latency_uncorrected"] = latency(workload, model, p, real_ns / 4, rng)
    if workload == "park":
        # A loop's and a coroutine's tasks are no business of the kernel's.
        kernel = round(row.spawn_ns * 0.2) if row.spawn_ns > 1000 else -4096 // p["tasks"]
        made["concur"]["memory"] = {
            "tasks": p["tasks"],
            "pss_bytes": p["tasks"] * (200 + round(row.spawn_ns * 0.1)),
            "kernel_bytes": p["tasks"] * kernel,
        }
    if workload == "idle_crowd":
        made["concur"]["memory"] = {
            "when": "connected",
            "tasks": p["connections"],
            "pss_bytes": p["connections"] * (300 + round(row.spawn_ns * 0.1)),
            "rss_bytes": None,
            "kernel_bytes": p["connections"] * 9000,
            "noise_bytes": 1 << 20,
        }
    if workload == "fork_join":
        made["concur"]["memory"] = memory_at_the_peak(model, units(workload, p))
    if counted:
        made["concur"]["counts"] = {
            "units": n // 2,
            "system_calls": round(n / 2 * (2 + row.switches)),
            "switches": round(n / 2 * row.switches * float(np.exp(rng.normal(0, 0.02)))),
            "migrations": 0,
            "reason": "",
        }
    return made


def document(
    rounds: int = 7,
    models: dict[str, Any] | None = None,
    only: tuple[str, ...] = tuple(CASES),
    seed: int = 1,
    counted: bool = False,
    turns: bool = False,
) -> Json:
    """Every series under every case of the chosen workloads, `rounds` times: in whole samples, or in turns.

    Events of windows are counted in the first rounds; those of runs only if they are to be counted.
    """
    chosen = MODELS if models is None else models
    rng = np.random.default_rng(seed)
    entries: list[Json] = []
    for number in range(rounds):
        for workload in only:
            for p in {**CASES, **MORE_CASES}[workload]:
                noise = float(np.exp(rng.normal(0, ROUND_NOISE)))
                info = WORKLOADS[workload]
                for model, row in chosen.items():
                    for workers in (p[info.crowd],) if row.is_pool and info.crowd else row.workers:
                        # The control is far off, so that a chart that takes it for a result shows it.
                        for control in (False, True) if model == CONTROL else (False,):
                            counts = counted or (info.timed == "windows" and number < COUNTED_ROUNDS)
                            made = entry(workload, model, workers, p, len(entries) + seed, noise, counts)
                            made["real_time"] *= CONTROL_FACTOR if control else 1
                            made["concur"]["control"] = control
                            made["concur"]["round"] = made["repetition_index"] = number
                            entries.append(made)
    context = json.loads(json.dumps(CONTEXT))
    context["concur"]["rounds"] = rounds
    context["concur"]["samples_planned"] = len(entries)
    known = {**MODELS, **LATER_MODELS, **chosen}
    context["concur"]["models"] = [known[name].info(name) for name in known]
    context["concur"]["workloads"] = [WORKLOADS[name].info(name) for name in WORKLOADS]
    made = {"context": context, "benchmarks": entries}
    return take_turns(made, seed) if turns else with_groups(made)


def leave(_: Json) -> None:
    """Changes nothing."""


def changed(made: Json, change: Any, choose: Any = lambda _: True) -> Json:
    """The document with those samples alone that are chosen, each of them changed.

    What it may change is a copy; histograms, which are most of a document, stay those of the original.
    """
    entries = []
    for entry in made["benchmarks"]:
        if choose(entry["concur"]):
            parts = {key: {**of} if isinstance(of, dict) else of for key, of in entry["concur"].items()}
            change(parts)
            entries.append({**entry, "concur": parts})
    return {**made, "benchmarks": entries}


def again(made: Json) -> Json:
    """The document of another run, on the next day, that has measured the same."""
    return changed(made, lambda sample: sample.update(start_time="2024-05-05T10:00:00.000Z"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all-models", action="store_true")
    parser.add_argument("--turns", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=tuple(WORKLOADS), default=tuple(CASES))
    chosen = parser.parse_args()
    models = {**MODELS, **LATER_MODELS} if chosen.all_models else MODELS
    only = tuple(chosen.only)
    json.dump(document(rounds=chosen.rounds, models=models, only=only, turns=chosen.turns), sys.stdout)


if __name__ == "__main__":
    main()
