"""The machine of a run, as far as results depend on it: its CPUs, and those that the run may use."""

from __future__ import annotations

from typing import Any

from concur.documents.json_text import get, get_or

TOPOLOGY = {
    "packages": "package",
    "numa_nodes": "NUMA node",
    "cores": "core",
    "hardware_threads": "hardware thread",
}


def cpus_usable(machine: Any) -> int:
    """How many CPUs the run may use: those of its affinity, or fewer if a quota gives less time."""
    # Null if the CPUs were chosen by another program.
    known = get_or(machine, "cpus_usable", (int, type(None)), None)
    if known is not None:
        return int(known)
    found = len(get(machine, "affinity", list)) or get(machine, "cpus_online", int)
    quota = get_or(get_or(machine, "cgroup", dict, {}), "cpu_max", (str, type(None)), None)
    # "quota period", or "max" without a limit.
    numbers = [int(word) for word in (quota or "").split() if word.isdigit()]
    if len(numbers) == 2 and numbers[1] > 0:
        found = min(found, numbers[0] // numbers[1])
    return max(1, found)


def topology(machine: Any) -> str:
    """1 package, 1 NUMA node, 2 cores, 2 hardware threads. Empty if the document does not say it."""
    found = get_or(machine, "topology", (dict, type(None)), None)
    if found is None:
        return ""
    numbers = {noun: get(found, key, int) for key, noun in TOPOLOGY.items()}
    return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in numbers.items())
