"""The environment of a run, on which its figures depend: machine, kernel, compiler, limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from concur.documents import json_text, machine as machines

Environment = dict[str, str]


def read(path: Path) -> Environment:
    """Each property of the environment that the document has, by its name."""
    run = json_text.parse(path).get("context", {}).get("concur", {})
    machine, build = run.get("machine", {}), run.get("build", {})
    found: dict[str, Any] = {
        "kernel": machine.get("kernel"),
        "CPU": machine.get("cpu"),
        "number of CPUs": machine.get("cpus_online"),
        "number of usable CPUs": machines.cpus_usable(machine),
        "topology": machines.topology(machine) or None,
        "CPU set": ",".join(map(str, machine.get("affinity", []))) or None,
        "quota (cpu.max)": machine.get("cgroup", {}).get("cpu_max"),
        "governor": machine.get("governor"),
        "guards of stacks": machine.get("stack_guard"),
        "compiler": build.get("compiler"),
        "flags": " ".join(build.get("flags", "").split()) or None,
        "build type": build.get("build_type"),
        "placement": run.get("placement"),
    }
    found |= {f"mitigation {name}": of for name, of in machine.get("mitigations", {}).items()}
    found |= {f"setting {name}": of for name, of in machine.get("sysctl", {}).items()}
    return {name: str(value) for name, value in found.items() if value is not None}


def differences(old: Environment, new: Environment) -> list[str]:
    names = list(old) + [name for name in new if name not in old]
    return [
        f"{name}: {old.get(name, 'none')} before, {new.get(name, 'none')} now"
        for name in names
        if old.get(name) != new.get(name)
    ]
