"""Words and numbers as they stand in charts and tables: 64 B, 1 ms, 10k connections, 3.4×."""

from __future__ import annotations

from concur.documents.cases import Case, Series, Workload
from concur.documents.samples import Parameters

KIB = 1024
NS_PER_SECOND = 1_000_000_000
TIME_UNITS = (("s", NS_PER_SECOND), ("ms", 1_000_000), ("µs", 1000), ("ns", 1))
# Units that stand at the end of a parameter's name, in nanoseconds.
TIME_SUFFIXES = {"_ns": 1, "_us": 1000, "_ms": 1_000_000, "_s": NS_PER_SECOND}
BYTES_NAMES = ("payload",)
COUPLED_MOST = 6
OUTCOME_WORDS = {"skipped": "skipped", "did_not_finish": "did not finish", "invalid": "invalid"}


def significant(value: float, digits: int = 3, zeros: bool = False) -> str:
    """Without an exponent: 12.3, 0.05, 120; for measured figures with the zeros that were measured: 24.0"""
    if value == 0:
        return "0"
    text = f"{value:#.{digits}g}".rstrip(".") if zeros else f"{value:.{digits}g}"
    if "e" in text:
        text = f"{float(text):.{max(0, digits)}f}" if abs(value) < 1 else f"{float(text):.0f}"
    return text


def count(value: float, digits: int = 3, zeros: bool = False) -> str:
    """12, 1.2k, 10k, 3.4M"""
    for suffix, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        # The limit is rounded like the figure: 999.9 is 1k, not 1000.
        if float(f"{abs(value):.{digits}g}") >= size:
            return significant(value / size, digits, zeros) + suffix
    return significant(value, digits, zeros)


def time_unit(ns: float) -> tuple[str, int]:
    """The largest unit of which this is at least one."""
    return next(
        ((unit, size) for unit, size in TIME_UNITS if float(f"{abs(ns):.3g}") >= size), TIME_UNITS[-1]
    )


def duration(ns: float, digits: int = 3, zeros: bool = False) -> str:
    if ns == 0:
        return "0"
    unit, size = time_unit(ns)
    return f"{significant(ns / size, digits, zeros)} {unit}"


def count_measured(value: float) -> str:
    return count(value, zeros=True)


def count_short(value: float) -> str:
    """For small counts per unit: 0.004, 0.02, 2.1, 34"""
    if 0 < value < 0.01:
        return significant(value, 1)
    return f"{value:.2f}" if value < 1 else count(value, 2, zeros=True)


def duration_measured(ns: float) -> str:
    return duration(ns, zeros=True)


def size_bytes(value: int) -> str:
    for unit, size in (("GiB", KIB**3), ("MiB", KIB**2), ("KiB", KIB)):
        if value >= size:
            return f"{significant(value / size)} {unit}"
    return f"{value} B"


def ratio(value: float) -> str:
    """1.0×, 3.4×, 34×, 1.2k×"""
    if round(value, 2) < 0.95:
        return f"{significant(value, 2)}×"
    if round(value, 1) < 10:
        return f"{value:.1f}×"
    return f"{count(value, 2) if value >= 995 else format(value, '.0f')}×"


def ratio_tick(value: float) -> str:
    """0.5×, 1×, 100×"""
    return f"{count(value)}×"


def count_tick(value: float) -> str:
    return count(value)


def axis_name(name: str) -> str:
    """How a parameter is called on an axis whose ticks carry the unit."""
    return {"grain_us": "grain of a task"}.get(name, bare_name(name))


def interval(low: float, high: float) -> str:
    """Half the width of a ratio's interval, on logarithms, as per cent of the ratio: ±4 %."""
    half = (high / low) ** 0.5 - 1
    percent = half * 100
    return f"±{percent:.0f} %" if percent >= 0.95 else f"±{percent:.1f} %"


def bare_name(name: str) -> str:
    """The parameter without the unit at the end of its name: grain_us is a grain."""
    for suffix in TIME_SUFFIXES:
        if name.endswith(suffix):
            name = name[: -len(suffix)]
            break
    return name.removesuffix("_bytes").replace("_", " ")


def is_time(name: str) -> bool:
    return any(name.endswith(suffix) for suffix in TIME_SUFFIXES)


def is_bytes(name: str) -> bool:
    return name in BYTES_NAMES or name.endswith("_bytes")


def value(name: str, number: float) -> str:
    """The number alone, in the unit that the parameter's name tells."""
    if is_bytes(name):
        return size_bytes(int(number))
    for suffix, size in TIME_SUFFIXES.items():
        if name.endswith(suffix):
            return duration(number * size)
    return count(number, 4)


def parameter(name: str, number: int) -> str:
    """100 connections, payload 64 B, grain 1 ms, 20k per second"""
    if name == "rate":
        return f"{value(name, number)} per second"
    if is_bytes(name) or is_time(name):
        return f"{bare_name(name)} {value(name, number)}"
    noun = bare_name(name)
    return f"{value(name, number)} {noun.removesuffix('s') if number == 1 else noun}"


def series(one: Series) -> str:
    """thread_pool ×16"""
    parts = [f"×{n}" if name == "workers" else f"{name}={n}" for name, n in one.parameters]
    return " ".join([one.model, *parts])


def parameters(these: Parameters) -> str:
    return ", ".join(parameter(name, number) for name, number in these)


def case(workload: Workload, one: Case) -> str:
    """What tells this case from the others of its workload; its size where it is the only one."""
    chosen = [(name, one.value(name)) for name in workload.telling]
    return parameters(tuple(chosen)) or parameters(one.parameters)


def case_short(workload: Workload, one: Case) -> list[str]:
    """The values alone, one per telling parameter."""
    return [value(name, one.value(name)) for name in workload.telling]


def panel(workload: Workload, cases: list[Case]) -> str:
    """What the cases of one panel have in common beyond what all cases have."""
    return parameters(tuple((name, cases[0].value(name)) for name in workload.telling[1:]))


def fixed(workload: Workload) -> str:
    """What is the same in every case, and what merely goes along: for the subtitle."""
    parts = [parameters(workload.constant)] if workload.constant else []
    for name in workload.coupled:
        numbers = [one.value(name) for one in workload.cases]
        if len(numbers) <= COUPLED_MOST:
            # In the order of the cases, so that each finds its own.
            parts.append(f"{bare_name(name)} {' / '.join(value(name, number) for number in numbers)}")
        else:
            parts.append(f"{bare_name(name)} {value(name, min(numbers))} to {value(name, max(numbers))}")
    return ", ".join(parts)


def plural(unit: str) -> str:
    return unit if unit.endswith("s") else unit + "s"


def outcome(name: str) -> str:
    return OUTCOME_WORDS.get(name, name)
