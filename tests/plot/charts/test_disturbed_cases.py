"""Warnings where a case is not to be trusted."""

import re

from drawn import figures, overlaps, texts, words
from machine import LATER_MODELS, MODELS
from synthetic import changed, document

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
        assert "not to be trusted: other programs used 0 to 70 % of a CPU in 5 sets" in shown, name
        assert overlaps(kept.figures[name]) == [], name
    titles = [
        t.get_text() for t in texts(kept.figures["bars_open_echo"]) if re.search(r"\[\d\]$", t.get_text())
    ]
    assert len(titles) == 1 and "20k" in titles[0]
    assert "not to be trusted" not in words(kept.figures["bars_park"])


def test_a_peer_at_its_limit_is_said_where_throughput_is_shown(served):
    def limit(sample):
        sample["evidence"]["peer_cpu_share"] = 0.99

    kept = figures(changed(served, limit), "scaling_open_echo", "bars_open_echo", "overview").figures
    for name in ("scaling_open_echo", "bars_open_echo"):
        assert "they limited the throughput, not the model" in " ".join(words(kept[name]).split()), name
        assert overlaps(kept[name]) == [], name
    said = " ".join(words(kept["overview"]).split())
    assert "the clients were at their limit, so CPU time per request is compared" in said


def test_a_model_whose_block_was_disturbed_is_not_all_models():
    models = {**MODELS, **LATER_MODELS}
    made = document(rounds=6, models=models, only=("mandelbrot",), turns=True)

    def use(sample):
        if sample["block"] == 1:
            used = sample["evidence"]["elapsed_ns"] * (10 + sample["round"]) // 50
            sample["evidence"] = {**sample["evidence"], "others_cpu_ns": used}

    said = " ".join(words(figures(changed(made, use), "overview").figures["overview"]).split())
    assert "6 of 28 models: not to be trusted: other programs used 20 to 30 % of a CPU in 6 sets" in said
