"""The environment of a run, on which its figures depend: machine, kernel, compiler, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concur.documents import machine as machines
from concur.documents.document import Document
from concur.documents.units import number_of

Environment = dict[str, str]

# What Google Benchmark writes of the machine and of itself.
CONTEXT = {
    "host_name": "machine",
    "num_cpus": "number of CPUs",
    "mhz_per_cpu": "MHz of a CPU",
    "cpu_scaling_enabled": "scaling of the CPU frequency",
    "aslr_enabled": "random addresses (ASLR)",
    "library_version": "version of Google Benchmark",
    "library_build_type": "build of Google Benchmark",
}
# These differ in any two runs.
OF_A_RUN = ("date", "executable", "load_avg", "json_schema_version")


def of(document: Document) -> Environment:
    """Each property of the environment that the document has, by its name."""
    if document.is_foreign:
        return _of_google_benchmark(document.context)
    run = document.context["concur"]
    machine, build = run["machine"], run["build"]
    affinity = machine.get("affinity")
    found: dict[str, Any] = {
        "kernel": machine.get("kernel"),
        "CPU": machine.get("cpu"),
        "number of CPUs": machine.get("cpus_online"),
        "number of usable CPUs": machines.cpus_usable(machine),
        "topology": machines.topology(machine) or None,
        "CPU set": ",".join(map(str, affinity)) or None if isinstance(affinity, list) else None,
        "quota (cpu.max)": _part(machine, "cgroup").get("cpu_max"),
        "governor": machine.get("governor"),
        "guards of stacks": machine.get("stack_guard"),
        "compiler": build.get("compiler"),
        "flags": " ".join(str(build.get("flags", "")).split()) or None,
        "build type": build.get("build_type"),
        "placement": run.get("placement"),
    }
    found |= {f"mitigation {name}": of for name, of in _part(machine, "mitigations").items()}
    found |= {f"setting {name}": of for name, of in _part(machine, "sysctl").items()}
    return {name: str(value) for name, value in found.items() if value is not None}


def _part(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object that older documents do not have."""
    found = holder.get(key)
    return found if isinstance(found, dict) else {}


def _of_google_benchmark(context: Mapping[str, Any]) -> Environment:
    """What the library writes, and what the author of the benchmarks has added (a compiler, say)."""
    found = {label: context.get(key) for key, label in CONTEXT.items()}
    caches = context.get("caches")
    if isinstance(caches, list) and all(isinstance(cache, dict) for cache in caches):
        found["caches"] = ", ".join(map(_cache, caches)) or None
    added = {key: value for key, value in context.items() if key not in {*CONTEXT, *OF_A_RUN, "caches"}}
    return {name: str(value) for name, value in {**found, **added}.items() if value is not None}


def _cache(cache: dict[str, Any]) -> str:
    """L2 Unified 262144 B for 2 CPUs"""
    shared = cache.get("num_sharing")
    by = f" for {number_of('CPUs', shared)}" if isinstance(shared, int) and shared > 0 else ""
    return f"L{cache.get('level')} {cache.get('type')} {cache.get('size')} B{by}"


def differences(old: Environment, new: Environment) -> list[str]:
    names = list(old) + [name for name in new if name not in old]
    return [
        f"{name}: {old.get(name, 'none')} before, {new.get(name, 'none')} now"
        for name in names
        if old.get(name) != new.get(name)
    ]
