"""How to read the page: the words that it uses."""

from __future__ import annotations

WORDS: tuple[tuple[str, str], ...] = (
    ("model", "a way to run many tasks: threads, processes, coroutines, an event loop, and so on"),
    (
        "workload, case",
        "a workload is what has to be done; a case is a workload with its numbers, such as 100 connections",
    ),
    ("set", "one measurement of a case, with fresh processes. A set is one observation"),
    (
        "slice",
        "about 25 ms of work. The models of a case take turns, slice by slice, so that a machine that "
        "becomes slower for a second makes all of them slower",
    ),
    (
        "ratio (1.25×)",
        "the figure of a model divided by that of the baseline in the same set. Less is better: 0.50× is "
        "half as much, 2.00× twice as much",
    ),
    (
        "baseline",
        "the model that the others are compared with; it has the ratio 1.00×. It is usually serial for CPU "
        "work, and epoll for I/O",
    ),
    (
        "interval",
        "the 95 % interval over sets. If the whole run were repeated many times, 95 of 100 such intervals "
        "would contain the true figure",
    ),
    (
        "tie (=)",
        "models that share the first place: they differ by less than the margin (5 %), or by less than the "
        "interval",
    ),
    ("best (★)", "the model that is better than all others by more than the margin and the interval"),
    (
        "disturbed (!)",
        "something disturbed most sets of this figure, other programs for example. Do not trust it",
    ),
    (
        "outcome",
        "how a case ended. Skipped: the model cannot do it, and says why. Did not finish: it failed, or "
        "exceeded its time limit. Invalid: its answers were wrong",
    ),
    (
        "wall time, CPU time",
        "wall time is what a clock on the wall shows; CPU time is the time in which the threads and "
        "processes of the model ran, on all CPUs together",
    ),
    (
        "time of a model",
        "that of the baseline times the ratio, so that the drift of the machine over minutes does not count. "
        "The details of a cell also say what its own sets took",
    ),
    ("99th percentile", "99 % of the answers took at most this long"),
    (
        "peer",
        "the other end of a server or client: processes on CPUs of their own. If the peer was busy for more "
        "than 90 % of the time, it set the pace. Then CPU time is compared",
    ),
    (
        "closed loop",
        "a client waits for its answer before it sends again. So a stall delays few requests, and the "
        "latency looks better than it is",
    ),
    (
        "open loop",
        "clients send at a given rate, whatever the server does. The latency counts from the intended send",
    ),
)
