"""Warnings where a case is not to be trusted."""

import re

from drawn import figures, overlaps, texts, words
from machine import LATER_MODELS, MODELS
from synthetic import changed, document

CHARTS = ("overview", "compare_open_echo", "latency_open_echo", "load_open_echo")


def disturb(sample):
    if sample["arguments"].get("rate") == 20_000 and sample["round"] < 3:
        sample["evidence"] |= {"elapsed_ns": 10**9, "others_cpu_ns": 7 * 10**8}


def test_a_disturbed_case_carries_its_warning_on_every_chart(served):
    kept = figures(changed(served, disturb), *CHARTS, "compare_park")
    for name in CHARTS:
        shown = " ".join(words(kept.figures[name]).split())
        assert "not to be trusted: other programs used 0 to 70 % of a CPU in 5 sets" in shown, name
        assert overlaps(kept.figures[name]) == [], name
    for name in ("compare_open_echo", "latency_open_echo"):
        titles = [t.get_text() for t in texts(kept.figures[name]) if re.search(r"\[\d\]$", t.get_text())]
        assert len(titles) == 1 and "20k" in titles[0], name
    assert "not to be trusted" not in words(kept.figures["compare_park"])


def limit(sample):
    sample["evidence"]["peer_cpu_share"] = 0.99


def test_a_peer_at_its_limit_is_said_where_wall_time_is_not_shown(small):
    def limit_some(sample):
        if sample["arguments"]["connections"] == 100:
            limit(sample)

    made = changed(small, limit_some, lambda sample: sample["workload"] == "echo")
    kept = figures(made, "compare_echo", "scaling_echo", "overview").figures
    why = "the clients were at their limit, so CPU time per request is compared"
    for name, figure in kept.items():
        assert why in " ".join(words(figure).split()), name
        assert overlaps(figure) == [], name
    # Two of the ten panels: in them, the wall time has no axis.
    heads = [axes for axes in kept["compare_echo"].axes if "wall time" in [t.get_text() for t in axes.texts]]
    assert [len(axes.get_xticks()) > 0 for axes in heads].count(False) == 2 and len(heads) == 10
    assert "CPU time, as a multiple" in " ".join(axes.get_ylabel() for axes in kept["scaling_echo"].axes)


def test_clients_at_their_limit_everywhere_leave_cpu_time_alone(small):
    made = changed(small, limit, lambda sample: sample["workload"] == "echo")
    said = words(figures(made, "compare_echo").figures["compare_echo"]).splitlines()
    assert "echo: CPU time" in said and "wall time" not in said


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

    figure = figures(changed(made, fill), "compare_churn").figures["compare_churn"]
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
