"""Names as they stand in charts and tables: thread_pool ×16, 10k connections, payload 64 B."""

from __future__ import annotations

import re
from collections.abc import Sequence

from concur.documents import units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.grouping import AMOUNTS
from concur.documents.results import Document, Origin
from concur.documents.samples import OK, Arguments, Sample, Symbols

# A parameter's name may end with the unit of its arguments.
TIME_SUFFIXES = {f"_{unit}": ns for unit, ns in units.NS_PER_UNIT.items()}
BYTES_NAMES = ("payload",)
COUPLED_MOST = 6
# A symbol that follows from the machine: cpus, 16*cpus.
CPUS = re.compile(r"(?:(\d+)\*)?cpus")
# Arguments without a name, of documents that concur did not write.
NAMELESS = re.compile(r"argument(?:_\d+)?")
NO_ARGUMENTS = "no arguments"
CPU_OF_BENCHMARK = "CPU time: without threads that a benchmark starts itself"
# Arguments that stand for a choice.
CHOICES = {
    "way": {0: "a collector at the end", 1: "each task parses", 2: "a collector as they come"},
    "ordered": {0: "forks without an order", 1: "forks in order"},
}
# Names that are not written with a space.
SPELLINGS = {"hand_overs": "hand-overs"}
# Names on an axis that say more than the name of the parameter.
AXIS_NAMES = {"grain_us": "nominal grain of a task", "work_us": "nominal CPU work"}


def axis_name(name: str) -> str:
    """The name of a parameter on an axis whose ticks have the unit."""
    return AXIS_NAMES.get(name, bare_name(name))


def time_suffix(name: str) -> str:
    return next((suffix for suffix in TIME_SUFFIXES if name.endswith(suffix)), "")


def bare_name(name: str) -> str:
    """The name of a parameter without its unit: grain_us is a grain."""
    if name in SPELLINGS:
        return SPELLINGS[name]
    return name.removesuffix(time_suffix(name)).removesuffix("_bytes").replace("_", " ")


def is_bytes(name: str) -> bool:
    return name in BYTES_NAMES or name.endswith("_bytes")


def value(name: str, number: float) -> str:
    """The argument alone, in the unit of the parameter."""
    if is_bytes(name):
        return units.size_bytes(int(number))
    if suffix := time_suffix(name):
        return units.duration(number * TIME_SUFFIXES[suffix])
    if NAMELESS.fullmatch(name) or float(f"{number:.4g}") != number:
        return f"{number:,.0f}" if float(number).is_integer() else units.count(number, 4)
    return units.count(number, 4)


def _nameless(name: str) -> str:
    """argument 2 =. The sign keeps the number of the argument apart from its value."""
    return bare_name(name) + (" =" if name[-1].isdigit() else "")


def argument(name: str, number: int, symbol: str = "") -> str:
    """100 connections, grain 1 ms, 20k per second, way 1 (each task parses), 32 tasks (16*cpus)"""
    if symbol:
        return f"{argument(name, number)} ({symbol})"
    if name == "rate":
        return f"{value(name, number)} per second"
    if choice := CHOICES.get(name, {}).get(number):
        return f"{bare_name(name)} {value(name, number)} ({choice})"
    if is_bytes(name) or time_suffix(name):
        return f"{bare_name(name)} {value(name, number)}"
    noun = bare_name(name)
    if NAMELESS.fullmatch(name):
        return f"{_nameless(name)} {value(name, number)}"
    if not noun.endswith("s"):
        return f"{noun} {value(name, number)}"
    return f"{value(name, number)} {noun.removesuffix('s') if number == 1 else noun}"


def arguments(given: Arguments, symbols: Symbols = ()) -> str:
    known = dict(symbols)
    return ", ".join(argument(name, number, known.get(name, "")) for name, number in given)


def model_argument(name: str, given: int | str) -> str:
    """×16, ×connections, stack 64 KiB, depth=2"""
    if name.endswith("_kib") and isinstance(given, int):
        return f"{bare_name(name.removesuffix('_kib'))} {units.size_bytes(given * 1024)}"
    return f"×{given}" if name == "workers" else f"{name}={given}"


def series(one: Series) -> str:
    """thread_pool ×16, thread_pool ×connections"""
    return " ".join([one.model, *(model_argument(*argument) for argument in one.arguments)])


def meanings(workloads: Sequence[Workload]) -> list[str]:
    """For the subtitle: what some labels of these workloads mean."""
    working = [w for w in workloads if w.in_windows and any("work_us" in dict(c.arguments) for c in w.cases)]
    found = [f"Work: CPU work of the server for each {w.unit}" for w in working]
    symbols = {symbol for w in workloads for one in w.series for symbol in one.symbols}
    found += [
        f"{model_argument(name, symbol)}: as many {bare_name(name)} as {bare_name(symbol)}"
        for name, symbol in sorted(symbols)
        if not CPUS.fullmatch(symbol)
    ]
    if numbers := cpus_meant(workloads):
        found.append(f"cpus = {' or '.join(map(str, numbers))}: the CPUs that a model may use")
    return list(dict.fromkeys(found))


def cpu_time_note(workloads: Sequence[Workload]) -> str:
    """Empty if the CPU time is that of all threads."""
    own = any(not sample.cpu_of_all_threads for workload in workloads for sample in workload.samples)
    return CPU_OF_BENCHMARK if own else ""


def cpus_meant(workloads: Sequence[Workload]) -> list[int]:
    """What the symbol `cpus` stands for in arguments of models and workloads; empty if none has it."""
    found = set()
    for cell in (cell for w in workloads for one in w.cases for cell in one.cells.values()):
        sample = cell.samples[0]
        numbers = dict((*sample.arguments, *sample.model_arguments))
        for name, symbol in sample.symbols:
            if match := CPUS.fullmatch(symbol):
                found.add(numbers[name] // int(match[1] or 1))
    return sorted(found)


def case(workload: Workload, one: Case) -> str:
    """The arguments that distinguish this case from the others of its workload; all if it is the only one."""
    telling = tuple((name, one.value(name)) for name in workload.telling)
    return arguments(telling or one.arguments, one.symbols) or NO_ARGUMENTS


def case_short(workload: Workload, one: Case) -> list[str]:
    """Only the numbers of the arguments that distinguish this case."""
    return [value(name, one.value(name)) for name in workload.telling]


def panel(workload: Workload, cases: list[Case]) -> str:
    """The arguments that the cases of this panel share, and that the cases of other panels do not have."""
    return arguments(tuple((name, cases[0].value(name)) for name in workload.telling[1:]))


def fixed(workload: Workload) -> str:
    """For the subtitle: the arguments that the names of cases leave out."""
    symbols = dict(workload.cases[0].symbols)
    parts = [
        argument(name, number, symbols.get(name, "")) + per_window(workload, name)
        for name, number in workload.constant
    ]
    for name in workload.coupled:
        numbers = [one.value(name) for one in workload.cases]
        noun = _nameless(name) if NAMELESS.fullmatch(name) else bare_name(name)
        what = noun + per_window(workload, name)
        if len(numbers) <= COUPLED_MOST:
            # In the order of the cases, one for each.
            parts.append(f"{what} {' / '.join(value(name, number) for number in numbers)}")
        else:
            parts.append(f"{what} {value(name, min(numbers))} to {value(name, max(numbers))}")
    return ", ".join(parts)


def per_window(workload: Workload, name: str) -> str:
    """An amount of work is that of one window, not of the whole run of the server."""
    # The rows of tickets are not used up.
    return " per window" if workload.in_windows and name in AMOUNTS and name != "rows" else ""


def cpus(origin: Origin) -> str:
    """2 CPUs, 64 CPUs (8 usable). Empty if the document does not say it."""
    if not origin.cpus:
        return ""
    usable = "" if origin.cpus_usable == origin.cpus else f" ({origin.cpus_usable} usable)"
    return units.number_of("CPUs", origin.cpus) + usable


def plural(unit: str) -> str:
    return unit if unit.endswith("s") else unit + "s"


def outcome(name: str) -> str:
    return name.replace("_", " ")


def failure(failed: Cell | Sample) -> str:
    """did not finish: time limit of 20 s"""
    return f"{outcome(failed.outcome)}: {failed.reason}"


def sets(document: Document, if_one: str) -> str:
    """6 sets, 6 to 12 sets, 5 repetitions of one process"""
    most, least = document.rounds, document.rounds_least
    what, of, whom = document.observations.partition(" of ")
    if most == least:
        return units.number_of(what, most) + of + whom + (f": {if_one}" if most == 1 else "")
    return f"{least} to {most} {document.observations}"


def origin_facts(document: Document, if_one: str) -> list[str]:
    """What a table or a chart says of the machine, the build and the sets."""
    this = document.origin
    placement = f"placement {this.placement}" if this.placement else ""
    # The name of the machine stands for its CPUs where these have none.
    facts = (this.cpu or this.host, cpus(this), this.kernel, this.compiler, placement, this.library)
    return [*filter(None, facts), sets(document, if_one)]


def interval_note(document: Document, marks: str, what: str = "") -> str:
    """How the figures of a chart are made: bars: mean over sets, whiskers: its 95 % interval"""
    kinds = {sample.slices is not None for sample in document.samples if sample.outcome == OK}
    middle = {frozenset({True}): "mean over sets", frozenset({False}): "median over sets"}.get(
        frozenset(kinds), "mean over sets, or median of whole samples"
    )
    if document.is_foreign:
        middle = f"median over {document.observations}"
    return f"{marks}: {middle}{what}, whiskers: its 95 % interval"


def incomplete(document: Document) -> str:
    """Empty for a complete document."""
    planned = f" of {document.planned}" if document.planned else ""
    return "" if document.complete else f"incomplete: {document.present}{planned} samples"
