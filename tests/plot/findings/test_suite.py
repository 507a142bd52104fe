"""The suite that measures what findings need."""

import pytest

from concur.findings.definitions import load, parse_case
from concur.findings.suite import BLOCK_MOST, is_group_of, make_suite
from entries import FALSE, TRUE, write
from judging import finding
from programs import ROOT


def groups(*findings):
    return make_suite(findings, 6, 60)["groups"]


def test_each_finding_has_a_group_with_all_of_its_cases():
    findings = load(ROOT / "results/findings.toml")
    suite = make_suite(findings, 6, 240)
    assert (suite["rounds"], suite["budget_s"]) == (6, 240)
    names = [group["name"] for group in suite["groups"]]
    assert len(names) == len(set(names))
    for one in findings:
        own = [group for group in suite["groups"] if is_group_of(one, group["name"])]
        cases = [case for group in own for case in group["cases"]]
        assert set(cases) == {case.name for case in one.cases()}
        assert {group["iterations"] for group in own} == {one.iterations}
        assert parse_case(own[0]["cases"][0]) == (one.to or one.of)[0]
    assert sum("repeat" in group for group in suite["groups"]) == 2


def test_partners_are_alive_at_once():
    """Only so can the drift of the machine cancel, even if a finding has more cases than a block."""
    for one in load(ROOT / "results/findings.toml"):
        if one.assertion == "ratio":
            for index, case in enumerate(one.of):
                pair = {case.name, one.other(index).name}
                (together,) = (group for group in groups(one) if pair <= set(group["cases"]))
                assert len(together["cases"]) <= BLOCK_MOST or one.other(index).name == together["cases"][0]


def test_a_group_is_known_by_its_name():
    one = finding(assertion="bound", of=["noop/epoll/tasks:1"], above=1)
    assert is_group_of(one, "x") and is_group_of(one, "x.12")
    assert not any(is_group_of(one, name) for name in (None, "xy", "x.", "x.1.1", "y.x"))


def test_the_arguments_of_a_model_stand_in_its_name():
    again = finding(assertion="same", of=["echo/thread_pool/connections:10/workers:10"], above=0.9)
    (group,) = groups(again)
    assert group["cases"] == group["repeat"] == ["echo/thread_pool/workers:10/connections:10"]


@pytest.mark.parametrize("metric", ("system_calls_per_unit", "switches_per_unit"))
def test_events_are_counted_in_every_set_where_a_finding_asks_for_them(tmp_path, metric):
    calls = TRUE.replace("above = 0.5", f'metric = "{metric}"\nabove = 0.5')
    counted, other = groups(*load(write(tmp_path / "f.toml", calls, FALSE)))
    assert counted["count_rounds"] == 6 and "count_rounds" not in other
