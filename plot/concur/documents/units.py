"""Numbers with their units, as people write them: 12.3, 3.4M, 1 ms, 64 KiB, 3.4×, 5 %."""

from __future__ import annotations

import math

NS_PER_UNIT = {"ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000}
KIB = 1024

# The units of a kind, the largest first, with their sizes.
Units = tuple[tuple[str, float], ...]
COUNTS: Units = (("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1))
TIMES: Units = (
    (" s", NS_PER_UNIT["s"]),
    (" ms", NS_PER_UNIT["ms"]),
    (" µs", NS_PER_UNIT["us"]),
    (" ns", 1),
)
BYTES: Units = ((" GiB", KIB**3), (" MiB", KIB**2), (" KiB", KIB), (" B", 1))
# For axes, whose ticks are powers of ten.
DECIMAL_BYTES: Units = ((" GB", 1e9), (" MB", 1e6), (" kB", 1e3), (" B", 1))


def significant(value: float, digits: int = 3, zeros: bool = False) -> str:
    """Without an exponent: 12.3, 0.05, 120. With `zeros`, a measured figure keeps its last zeros: 24.0"""
    if value == 0:
        return "0"
    text = f"{value:#.{digits}g}".rstrip(".") if zeros else f"{value:.{digits}g}"
    if "e" in text:
        text = f"{float(text):.{max(0, digits)}f}" if abs(value) < 1 else f"{float(text):.0f}"
    return text


def unit_of(value: float, units: Units, digits: int = 3) -> tuple[str, float]:
    """The largest unit that is not larger than the value."""
    # The value is rounded as it is written: 999.9 is 1k, not 1000.
    rounded = float(f"{abs(value):.{digits}g}")
    return next((unit for unit in units if rounded >= unit[1]), units[-1])


def in_unit(value: float, units: Units, digits: int = 3, zeros: bool = False) -> str:
    name, size = unit_of(value, units, digits)
    return significant(value / size, digits, zeros) + name


def count(value: float, digits: int = 3, zeros: bool = False) -> str:
    """12, 1.2k, 10k, 3.4M"""
    return in_unit(value, COUNTS, digits, zeros)


def count_measured(value: float) -> str:
    return count(value, zeros=True)


def count_short(value: float) -> str:
    """For small counts: 0.004, 0.02, 2.1, 34"""
    if 0 < value < 0.01:
        return significant(value, 1)
    return f"{value:.2f}" if value < 1 else count(value, 2, zeros=True)


def duration(ns: float, zeros: bool = False) -> str:
    return in_unit(ns, TIMES, zeros=zeros) if ns else "0"


def duration_measured(ns: float) -> str:
    return duration(ns, zeros=True)


def size_bytes(value: int) -> str:
    """For sizes that are often powers of two, as those of buffers: 64 B, 16 KiB"""
    # Without rounding: 1023 is less than 1 KiB.
    name, size = unit_of(value, BYTES, digits=15)
    return significant(value / size, 3 if size > 1 else 4) + name


def decimal_bytes(value: float) -> str:
    """64 B, 16 kB"""
    return in_unit(value, DECIMAL_BYTES)


def figure(value: float) -> str:
    """A measured figure or a ratio in a table of verdicts: 0.97, 1.003, 5,123 Ki"""
    if not math.isfinite(value):
        return "beyond measure"
    if value >= 10_000:
        return f"{value / KIB:,.0f} Ki"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 0.9 or value >= 10 else f"{value:.3f}".rstrip("0").rstrip(".")


def ratio(value: float) -> str:
    """0.73×, 1.00×, 3.40×, 34×, 1.2k×"""
    if value < 0.0995:
        return f"{significant(value, 2)}×"
    if value < 9.95:
        return f"{value:.2f}×"
    return f"{count(value, 2) if value >= 995 else format(value, '.0f')}×"


def ratio_tick(value: float) -> str:
    """0.5×, 1×, 100×"""
    return f"{count(value)}×"


def percent(share: float, decimals: int = 0) -> str:
    return f"{100 * share:.{decimals}f} %"


def percent_range(low: float, high: float) -> str:
    """3 to 40 %, 70 %"""
    least, most = percent(low), percent(high)
    return most if least == most else f"{least.removesuffix(' %')} to {most}"


def bound(value: float) -> str:
    """0.62, 1.08, 12.3, 120"""
    return f"{value:.2f}" if value < 9.995 else count_measured(value)


def interval(low: float, high: float) -> str:
    """0.62 to 0.81"""
    return f"{bound(low)} to {bound(high)}"


def duration_interval(low: float, high: float) -> str:
    """12.0 µs to 12.4 µs"""
    return f"{duration_measured(low)} to {duration_measured(high)}"


def number_of(things: str, number: int) -> str:
    """1 CPU, 2 CPUs"""
    return f"{number} {things.removesuffix('s') if number == 1 else things}"
