"""Verdicts on documents of which the truth is known."""

from dataclasses import replace

import pytest

from concur.documents.samples import Latency
from concur.findings import findings_report, measurements
from concur.findings.definitions import ASSERTIONS, METRICS
from concur.findings.judge import Judge
from concur.findings.verdict import CONFIRMED, INCONCLUSIVE, NOT_APPLICABLE, REFUTED
from judging import LOADED, MS, QUIET, counted, document, finding, held, sample, series

EPOLL, SERIAL, POLL = "noop/epoll/tasks:10", "noop/serial/tasks:10", "noop/poll/tasks:10"


def verdict(found, *groups, **more):
    return Judge(document(*groups, **more)).judge(found)


def ratio(**limits):
    return finding(assertion="ratio", of=[EPOLL], to=[SERIAL], **limits)


@pytest.mark.parametrize(
    ("epoll_ms", "limits", "expected"),
    [
        (50, {"below": 0.7}, CONFIRMED),
        (90, {"below": 0.7}, REFUTED),
        (70, {"below": 0.7}, INCONCLUSIVE),
        (120, {"above": 1.1}, CONFIRMED),
        (100, {"above": 1.1}, REFUTED),
        (105, {"above": 1.03, "below": 1.07}, CONFIRMED),
        (100, {"above": 1.03, "below": 1.07}, REFUTED),
        (110, {"above": 1.03, "below": 1.07}, REFUTED),
        (107, {"above": 1.03, "below": 1.07}, INCONCLUSIVE),
    ],
)
def test_a_ratio(epoll_ms, limits, expected):
    one = verdict(ratio(**limits), series(EPOLL, epoll_ms), series(SERIAL, 100))
    assert one.verdict == expected
    assert one.sets == 9
    assert one.parts[0].estimate.value == pytest.approx(epoll_ms / 100, rel=0.01)
    assert one.parts[0].what == "epoll / serial"


def test_the_worst_part_decides():
    found = finding(assertion="ratio", of=[EPOLL, POLL], to=[SERIAL], below=0.7)
    one = verdict(found, series(EPOLL, 50), series(POLL, 90), series(SERIAL, 100))
    assert [part.verdict for part in one.parts] == [CONFIRMED, REFUTED]
    assert one.verdict == REFUTED


def test_each_may_have_its_own_partner():
    found = finding(assertion="ratio", of=[EPOLL, POLL], to=[SERIAL, "noop/select/tasks:10"], below=0.7)
    one = verdict(
        found, series(EPOLL, 50), series(POLL, 90), series(SERIAL, 100), series("noop/select/tasks:10", 200)
    )
    assert one.verdict == CONFIRMED
    assert one.parts[1].what == "poll / select"


def test_disturbed_rounds_refute_nothing():
    one = verdict(ratio(below=0.7), series(EPOLL, 90, evidence=LOADED), series(SERIAL, 100, evidence=LOADED))
    assert one.verdict == INCONCLUSIVE
    assert one.parts[0].reason == "most sets were disturbed"
    assert len(one.disturbed_rounds) == 9


def test_but_they_may_confirm_and_are_named():
    one = verdict(ratio(below=0.7), series(EPOLL, 50, evidence=LOADED), series(SERIAL, 100))
    assert one.verdict == CONFIRMED
    assert len(one.disturbed_rounds) == 9


def test_a_case_that_waited_for_tcp_to_repeat_its_connections_refutes_nothing():
    full = replace(QUIET, listen_overflows=12)
    one = verdict(ratio(below=0.7), series(EPOLL, 90, evidence=full), series(SERIAL, 100))
    assert one.verdict == INCONCLUSIVE
    assert "TCP repeated 12 attempts to connect" in findings_report.disturbed(one)


def test_some_disturbed_rounds_do_not_save_it():
    epoll = series(EPOLL, 90)
    for number in range(3):
        epoll[number] = sample(EPOLL, number, 90, evidence=LOADED)
    assert verdict(ratio(below=0.7), epoll, series(SERIAL, 100)).verdict == REFUTED


@pytest.mark.parametrize("wall_ms", [50, 90])
def test_few_rounds_settle_nothing(wall_ms):
    one = verdict(ratio(below=0.7), series(EPOLL, wall_ms, rounds=4), series(SERIAL, 100, rounds=4))
    assert one.verdict == INCONCLUSIVE
    assert one.parts[0].reason == "4 sets are too few"


def test_too_few_cpus():
    found = finding(assertion="ratio", of=[EPOLL], to=[SERIAL], below=0.7, requires={"cpus": 2})
    one = verdict(found, series(EPOLL, 50), series(SERIAL, 100), cpus=1)
    assert one.verdict == NOT_APPLICABLE
    assert one.parts[0].reason == "needs 2 CPUs, this run could use 1"


def test_cpus_that_the_run_may_not_use_do_not_count():
    found = finding(assertion="ratio", of=[EPOLL], to=[SERIAL], below=0.7, requires={"cpus": 2})
    slow = series(EPOLL, 90), series(SERIAL, 100)
    one = verdict(found, *slow, cpus=2, cpus_usable=1)
    assert (one.verdict, one.parts[0].reason) == (NOT_APPLICABLE, "needs 2 CPUs, this run could use 1")
    assert verdict(found, *slow, cpus=64, cpus_usable=2).verdict == REFUTED


def test_what_was_not_measured_or_is_not_there():
    assert "was not measured" in verdict(ratio(below=1), series(SERIAL, 100)).parts[0].reason
    found = finding(assertion="ratio", of=["noop/io_uring/tasks:10"], to=[SERIAL], below=1)
    one = verdict(found, series(SERIAL, 100))
    assert one.verdict == NOT_APPLICABLE
    assert "needs a model that this build does not have" in one.parts[0].reason


def test_a_skipped_case_is_not_applicable_and_an_invalid_one_is_not_fine():
    skipped = series(EPOLL, 0, outcome="skipped", reason="no room")
    one = verdict(ratio(below=1), skipped, series(SERIAL, 100))
    assert (one.verdict, one.parts[0].reason) == (NOT_APPLICABLE, "epoll was skipped: no room")
    invalid = series(EPOLL, 0, outcome="invalid", reason="wrong digest")
    one = verdict(ratio(below=1), invalid, series(SERIAL, 100))
    assert (one.verdict, one.parts[0].reason) == (REFUTED, "epoll: invalid: wrong digest")
    disturbed = series(EPOLL, 0, outcome="did_not_finish", reason="time limit", evidence=LOADED)
    assert verdict(ratio(below=1), disturbed, series(SERIAL, 100)).verdict == INCONCLUSIVE


def test_an_optional_argument_that_is_not_named_has_its_default():
    plain, small_stack = "noop/epoll/tasks:10", "noop/epoll/stack_kib:64/tasks:10"
    both = (series(plain, 50), series(small_stack, 150), series(SERIAL, 100))
    found = finding(assertion="ratio", of=[plain], to=[SERIAL], below=1)
    assert verdict(found, *both).verdict == CONFIRMED
    found = finding(assertion="ratio", of=[small_stack], to=[SERIAL], below=1)
    assert verdict(found, *both).verdict == REFUTED


def test_a_case_that_is_several_here_is_not_guessed():
    found = finding(assertion="ratio", of=["noop/epoll"], to=[SERIAL], below=1)
    one = verdict(found, series(EPOLL, 50), series("noop/epoll/tasks:20", 50), series(SERIAL, 100))
    assert one.verdict == NOT_APPLICABLE
    assert "more than one case" in one.parts[0].reason
    assert "name all of its arguments" in one.parts[0].reason


def test_a_case_is_named_by_its_numbers_though_the_suite_gives_a_symbol():
    pool = "echo/thread_pool/workers:{0}/connections:{0}/requests:20000"
    found = finding(assertion="ratio", of=[pool.format(100)], to=[pool.format(10)], below=0.7)
    symbols = (("workers", "connections"),)
    groups = [series(pool.format(n), wall, symbols=symbols) for n, wall in ((100, 50), (10, 100), (1, 300))]
    assert verdict(found, *groups).verdict == CONFIRMED


def test_an_order():
    found = finding(assertion="order", of=[SERIAL, POLL, EPOLL], factors=[1.5, 3])
    assert verdict(found, series(SERIAL, 400), series(POLL, 200), series(EPOLL, 50)).verdict == CONFIRMED
    one = verdict(found, series(SERIAL, 400), series(POLL, 200), series(EPOLL, 150))
    assert [part.verdict for part in one.parts] == [CONFIRMED, REFUTED]


def test_bounds_of_each_metric():
    epoll = series(EPOLL, 100, counts=counted(40, switches=20), switches=None, memory=held(500, 500))
    for metric, limits, expected in (
        ("wall_ms", {"above": 90, "below": 110}, CONFIRMED),
        ("wall_per_unit", {"above": 9e6, "below": 11e6}, CONFIRMED),
        ("cpu_per_unit", {"above": 9e6}, REFUTED),
        ("cpu_share", {"above": 0.49, "below": 0.51}, CONFIRMED),
        ("memory_per_task", {"above": 99, "below": 101}, CONFIRMED),
        ("system_calls_per_unit", {"below": 4.1}, CONFIRMED),
        ("system_calls_per_unit", {"below": 3.9}, REFUTED),
        ("switches_per_unit", {"above": 1.9, "below": 2.1}, CONFIRMED),
    ):
        found = finding(assertion="bound", of=[EPOLL], metric=metric, **limits)
        assert verdict(found, epoll).verdict == expected, metric


def test_memory_within_its_noise_is_not_judged():
    found = finding(assertion="bound", of=[EPOLL], metric="memory_per_task", above=59, below=61)
    for bytes_, expected in ((600, CONFIRMED), (599, NOT_APPLICABLE)):
        one = verdict(found, series(EPOLL, 100, memory=held(bytes_, None, noise=599)))
        assert one.verdict == expected


def test_what_the_kernel_does_not_permit():
    found = finding(assertion="bound", of=[EPOLL], metric="system_calls_per_unit", below=3)
    one = verdict(found, series(EPOLL, 100, counts=counted(None, "not permitted: EPERM")))
    assert one.verdict == NOT_APPLICABLE
    assert one.parts[0].reason.endswith("not permitted: EPERM")


def idle(model, per_idle_ms):
    return [series(f"noop/{model}/idle:{n}", 10 + per_idle_ms * n, own=0.01) for n in (1, 100, 200)]


@pytest.mark.parametrize(
    ("slow", "fast", "expected"), [(1.0, 0.02, CONFIRMED), (0.1, 0.02, REFUTED), (1.0, 0.0, CONFIRMED)]
)
def test_slopes_also_where_one_is_nothing(slow, fast, expected):
    names = {model: [f"noop/{model}/idle:{n}" for n in (1, 100, 200)] for model in ("poll", "epoll")}
    found = finding(assertion="slopes", of=names["poll"], to=names["epoll"], over="idle", above=10)
    one = verdict(found, *idle("poll", slow), *idle("epoll", fast))
    assert one.verdict == expected
    assert one.parts[0].what == "poll / epoll"


def test_the_same_again():
    found = finding(assertion="same", of=[EPOLL], above=0.97, below=1.03)
    again = series(EPOLL, 101, is_repetition=True)
    assert verdict(found, series(EPOLL, 100), repetitions=again).verdict == CONFIRMED
    off = series(EPOLL, 108, is_repetition=True)
    assert verdict(found, series(EPOLL, 100), repetitions=off).verdict == REFUTED
    assert verdict(found, series(EPOLL, 100)).verdict == NOT_APPLICABLE


def test_a_disturbance_is_told_as_a_range_over_sets():
    epoll = series(EPOLL, 90)
    for number in range(5):
        evidence = replace(LOADED, others_cpu_ns=(300 + 100 * number) * MS)
        epoll[number] = sample(EPOLL, number, 90, evidence=evidence)
    one = verdict(ratio(below=0.7), epoll)
    assert findings_report.disturbed(one) == (
        "5 of 9 sets disturbed (other programs used 0 to 70 % of a CPU in 9 sets)"
    )


def test_what_has_to_be_skipped():
    found = finding(assertion="skipped", of=[EPOLL], reason="FD_SETSIZE")
    fits_not = series(EPOLL, 0, outcome="skipped", reason="does not fit FD_SETSIZE 1024")
    assert verdict(found, fits_not).verdict == CONFIRMED
    assert verdict(found, series(EPOLL, 100)).verdict == REFUTED
    assert verdict(found, series(EPOLL, 0, outcome="skipped", reason="other")).verdict == REFUTED


@pytest.mark.parametrize(("metric", "expected"), [("latency_p50", 1), ("latency_p99", 20)])
def test_a_percentile_of_the_latency(metric, expected):
    """The median is the same under both; of epoll's times 3 in 100 are twenty times as long."""
    times = {EPOLL: ((100, 970), (2000, 30)), SERIAL: ((100, 999), (101, 1))}

    def timed(case):
        return series(case, 100, latency=Latency("time", 1000, 2000, times[case]))

    one = verdict(
        finding(assertion="ratio", of=[EPOLL], to=[SERIAL], metric=metric, above=0.5),
        timed(EPOLL),
        timed(SERIAL),
    )
    assert one.verdict == CONFIRMED
    assert one.parts[0].estimate.value == pytest.approx(expected)


def test_every_assertion_has_its_judge():
    assert set(METRICS) == set(measurements.METRICS)
    for name in ASSERTIONS:
        assert hasattr(Judge, f"_{name}")
