"""Warnings where a case is not to be trusted."""

import re

from drawn import figures, overlaps, texts, words
from synthetic import changed

CHARTS = (
    "overview",
    "bars_open_echo",
    "cost_open_echo",
    "latency_open_echo",
    "load_open_echo",
    "scaling_open_echo",
)


def disturb(sample):
    if sample["arguments"].get("rate") == 20_000 and sample["round"] < 3:
        sample["evidence"] |= {"elapsed_ns": 10**9, "others_cpu_ns": 7 * 10**8}


def test_a_disturbed_case_carries_its_warning_on_every_chart(served):
    kept = figures(changed(served, disturb), *CHARTS, "bars_park")
    for name in CHARTS:
        shown = " ".join(words(kept.figures[name]).split())
        assert "not to be trusted: in 3 of 5 rounds other programs used 70 % of a CPU" in shown, name
        assert overlaps(kept.figures[name]) == [], name
    titles = [
        t.get_text() for t in texts(kept.figures["bars_open_echo"]) if re.search(r"\[\d\]$", t.get_text())
    ]
    assert len(titles) == 1 and "20k" in titles[0]
    assert "not to be trusted" not in words(kept.figures["bars_park"])


def test_a_peer_at_its_limit_is_said_where_throughput_is_shown(served):
    def limit(sample):
        sample["evidence"]["peer_cpu_share"] = 0.99

    figure = figures(changed(served, limit), "scaling_open_echo").figures["scaling_open_echo"]
    assert "it limited their throughput, not the model" in " ".join(words(figure).split())
