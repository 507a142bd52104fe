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


def test_clients_at_their_limit_are_told_beside_cases_in_which_the_server_is(small):
    """Where the server computes for each request, its clients have time."""

    def share(sample):
        sample["evidence"]["peer_cpu_share"] = 0.95 if sample["arguments"]["work_us"] == 0 else 0.5

    made = changed(small, share, lambda sample: sample["workload"] == "echo")
    figure = figures(made, "overview").figures["overview"]
    # The head of a column: the number of its footnote if it has one, connections, work.
    heads = [t.get_text().split("\n") for t in texts(figure) if re.search(r"\n(0|20 µs)$", t.get_text())]
    assert {head[0] for head in heads if head[-1] == "0"} == {"[1]"}
    assert {len(head) for head in heads if head[-1] == "20 µs"} == {2}
    assert len(heads) == 10
    assert "[1] the clients were at their limit" in " ".join(words(figure).split())


def test_a_full_listen_queue_is_told_of_the_model_that_had_it():
    made = document(rounds=5, models={name: MODELS[name] for name in ("epoll", "poll")}, only=("churn",))

    def fill(sample):
        if sample["model"] == "poll" and sample["arguments"]["clients"] == 100:
            sample["evidence"]["listen_overflows"] = 3774

    figure = figures(changed(made, fill), "bars_churn").figures["bars_churn"]
    assert overlaps(figure) == []
    said = " ".join(words(figure).split())
    assert "100 clients, 1 of 2 models: not to be trusted: the listen queue was full" in said
    assert "TCP repeated 3774 attempts to connect after a second or more in 5 sets" in said


def test_a_model_whose_block_was_disturbed_is_not_all_models():
    models = {**MODELS, **LATER_MODELS}
    made = document(rounds=6, models=models, only=("mandelbrot",), turns=True)

    def use(sample):
        if sample["block"] == 1:
            used = sample["evidence"]["elapsed_ns"] * (10 + sample["round"]) // 50
            sample["evidence"] = {**sample["evidence"], "others_cpu_ns": used}

    said = " ".join(words(figures(changed(made, use), "overview").figures["overview"]).split())
    assert "6 of 28 models: not to be trusted: other programs used 20 to 30 % of a CPU in 6 sets" in said
