"""Turns a document of whole samples into one whose models took turns, with the same truths.

A point (a case under all models) becomes a comparison group in blocks of at most eight processes. What
disturbs the machine drifts slowly: it is common to all slices that stand close together in time.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

Json = dict[str, Any]

BLOCK_MOST, SLICES, SLICE_NS = 8, 6, 25_000_000
# Standard deviations: of the drift in one slice's time, of a slice, of a process from set to set.
DRIFT, SLICE_NOISE, PROCESS_NOISE = 0.01, 0.02, 0.004
USUAL = {"cpu": "serial", "io": "epoll"}


def case_name(concur: Json) -> str:
    given = {**concur["model_arguments"], **concur["arguments"]}
    return f"{concur['workload']}/{concur['model']}" + "".join(f"/{name}:{of}" for name, of in given.items())


def point_name(concur: Json) -> str:
    return concur["workload"] + "".join(f"/{name}:{of}" for name, of in concur["arguments"].items())


def baseline_of(entries: list[Json], kinds: dict[str, str]) -> str | None:
    """The case name of the usual baseline if it is among these and ok, otherwise of the first that is ok."""
    ok = [entry["concur"] for entry in entries if entry["concur"]["outcome"] == "ok"]
    usual = [one for one in ok if one["model"] == USUAL.get(kinds.get(one["workload"], ""))]
    return case_name((usual or ok)[0]) if ok else None


def as_whole(entry: Json) -> Json:
    """The entry in the format of today, as a whole sample."""
    concur = {**entry["concur"], "group": point_name(entry["concur"]), "block": None, "slices": None}
    return {**entry, "concur": {**concur, "evidence": {"throttled_ns": 0, **concur["evidence"]}}}


def with_groups(made: Json) -> Json:
    """The document in the format of today: with groups, but still with whole samples."""
    context = json.loads(json.dumps(made["context"]))
    run = context["concur"]
    kinds = {row["name"]: row["group"] for row in run["workloads"]}
    points: dict[str, list[Json]] = {}
    for entry in made["benchmarks"]:
        points.setdefault(point_name(entry["concur"]), []).append(entry)
    run |= {"schema": 3, "seed": 7, "budget_s": None}
    run["groups"] = [
        {
            "name": name,
            "baseline": baseline_of(entries, kinds),
            "cases": list(dict.fromkeys(case_name(entry["concur"]) for entry in entries)),
        }
        for name, entries in points.items()
    ]
    return {"context": context, "benchmarks": [as_whole(entry) for entry in made["benchmarks"]]}


def sliced(entry: Json, block: int, starts: Any, drift: Any, rng: Any) -> Json:
    """The sample of this entry as one that took turns at these times."""
    concur = entry["concur"]
    job = concur["work"]["units"] / entry["iterations"]
    cpu_ns = (concur["cost"] or {"cpu_ns": 0})["cpu_ns"] / entry["iterations"]
    units = np.maximum(1, np.rint(job * rng.uniform(0.8, 1.2, SLICES)))
    noise = drift + rng.normal(0, SLICE_NOISE, SLICES) + rng.normal(0, PROCESS_NOISE)
    wall = np.rint(entry["real_time"] * 1e6 * units / job * np.exp(noise))
    cpu = np.rint(cpu_ns * units / job * np.exp(noise))
    total, before = int(units.sum()), concur["work"]["units"]
    cost = {
        key: None if of is None else round(of * total / before) for key, of in (concur["cost"] or {}).items()
    }
    columns = {"start_ns": starts, "wall_ns": wall, "cpu_ns": cpu, "peer_cpu_ns": 0 * wall, "units": units}
    name = case_name(concur) + "/manual_time" + ("/control" if concur["control"] else "")
    return {
        **entry,
        "name": name,
        "run_name": name,
        "iterations": SLICES,
        "real_time": float(np.mean(wall / units) * job / 1e6),
        "cpu_time": float(cpu.sum() / total * job / 1e6),
        "concur": {
            **concur,
            "block": block,
            "work": {**concur["work"], "units": total},
            "cost": {**cost, "cpu_ns": int(cpu.sum())} if cost else None,
            "slices": {key: [int(one) for one in column] for key, column in columns.items()},
        },
    }


def blocks_of(entries: list[Json], baseline: str | None) -> list[list[Json]]:
    """At most eight entries each; the baseline is in every block, in all but the first as a control."""
    ours = [entry for entry in entries if case_name(entry["concur"]) == baseline]
    others = [entry for entry in entries if case_name(entry["concur"]) != baseline]
    room = BLOCK_MOST - len(ours)
    blocks = [others[start : start + room] for start in range(0, len(others), room)] or [[]]
    again = [{**entry, "concur": {**entry["concur"], "control": True}} for entry in ours[:1]]
    return [(again if index else ours) + block for index, block in enumerate(blocks)]


def evidence_of(block: list[Json]) -> Json:
    """What all members of a block have in common."""
    found: Json = {}
    for key in ("steal_ns", "elapsed_ns", "others_cpu_ns", "throttled_ns"):
        known = [entry["concur"]["evidence"][key] for entry in block]
        found[key] = None if None in known else sum(known)
    return {**found, "elapsed_ns": max(found["elapsed_ns"], SLICES * len(block) * SLICE_NS)}


def take_turns(made: Json, seed: int = 3) -> Json:
    """The document as if the models of each point had taken turns."""
    made = with_groups(made)
    rng = np.random.default_rng(seed)
    baselines = {group["name"]: group["baseline"] for group in made["context"]["concur"]["groups"]}
    sets: dict[tuple[int, str], list[Json]] = {}
    for entry in made["benchmarks"]:
        sets.setdefault((entry["concur"]["round"], entry["concur"]["group"]), []).append(entry)
    found: list[Json] = []
    clock, drift = 10**12, 0.0
    for (number, group), entries in sets.items():
        ok = [entry for entry in entries if entry["concur"]["outcome"] == "ok"]
        found += [
            entry
            for entry in entries
            if entry["concur"]["outcome"] == "did_not_finish" or entry not in ok and number == 0
        ]
        for index, block in enumerate(blocks_of(ok, baselines[group]) if ok else []):
            turns = SLICES * len(block)
            walk = drift + np.cumsum(rng.normal(0, DRIFT, turns))
            drift = float(walk[-1]) * 0.9
            common = evidence_of(block)
            for place, entry in enumerate(block):
                chosen = np.arange(SLICES) * len(block) + place
                starts = clock + chosen * SLICE_NS
                made_of = sliced(entry, index, starts, walk[chosen], rng)
                made_of["concur"]["evidence"] = {**entry["concur"]["evidence"], **common}
                found.append(made_of)
            clock += turns * SLICE_NS + 10**9
    made["context"]["concur"]["samples_planned"] = len(found)
    return {**made, "benchmarks": found}


def slowed(entry: Json, factor: float) -> None:
    """Makes the sample of this entry take so many times as long."""
    entry["real_time"] *= factor
    slices = entry["concur"]["slices"]
    if slices:
        slices["wall_ns"] = [round(one * factor) for one in slices["wall_ns"]]
