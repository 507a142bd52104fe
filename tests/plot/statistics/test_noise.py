"""What is said of disturbed samples and rounds."""

from dataclasses import replace

import pytest

from concur.documents.samples import Evidence, Sample
from concur.statistics import noise

MS = 1_000_000


def sample(number=0, real_ms=100.0, control=False, **evidence):
    quiet = {"steal_ns": 0, "run_delay_ns": 0, "elapsed_ns": 1000 * MS, "others_cpu_ns": 0}
    return Sample(
        workload="echo",
        model="epoll",
        parameters=(("connections", 10),),
        model_parameters=(),
        outcome="ok",
        reason="",
        round=number,
        placement="split",
        unit="request",
        real_ns=real_ms * MS,
        units=10,
        user_ns=1.0,
        system_ns=1.0,
        switches=0.0,
        latency=None,
        peer=True,
        control=control,
        evidence=Evidence(**{**quiet, **evidence}),
    )


def test_a_quiet_sample_has_no_labels():
    assert noise.labels(sample(), 2) == ()
    assert noise.labels(sample(elapsed_ns=None, others_cpu_ns=None, steal_ns=None), 2) == ()


def test_the_machine_that_others_use():
    assert noise.labels(sample(others_cpu_ns=400 * MS), 2) == ("other programs used 40 % of a CPU",)
    assert noise.labels(sample(others_cpu_ns=90 * MS), 2) == ()


def test_the_machine_that_the_hypervisor_took():
    assert noise.labels(sample(steal_ns=100 * MS), 2) == ("the hypervisor took 5 % of the CPUs",)
    assert noise.labels(sample(steal_ns=39 * MS), 2) == ()


def test_two_ticks_are_nothing():
    assert noise.labels(sample(elapsed_ns=20 * MS, others_cpu_ns=20 * MS, steal_ns=20 * MS), 1) == ()


def test_a_run_delay_counts_only_beside_others():
    alone = sample(run_delay_ns=500 * MS)
    assert noise.labels(alone, 2) == ()
    beside = replace(alone, evidence=replace(alone.evidence, others_cpu_ns=400 * MS))
    assert "ready but not running for 50 % of the time" in noise.labels(beside, 2)


@pytest.mark.parametrize(("share", "limited"), [(None, False), (0.9, False), (0.96, True)])
def test_the_peers_limit_is_no_disturbance(share, limited):
    one = sample(peer_cpu_share=share)
    assert bool(noise.limits(one)) == limited
    assert noise.labels(one, 2) == ()


def test_ticks_of_short_samples_add_up_over_a_round():
    short = {"elapsed_ns": 20 * MS, "others_cpu_ns": 10 * MS}
    samples = [sample(0, **short) for _ in range(10)] + [sample(1) for _ in range(10)]
    assert noise.contaminated_rounds(samples, [], 2) == {0: "other programs used 50 % of a CPU"}


def test_a_control_that_differs_contaminates_its_round_alone():
    samples = [sample(number) for number in range(3)]
    controls = [sample(number, control=True, real_ms=118 if number == 1 else 101) for number in range(3)]
    found = noise.contaminated_rounds(samples, controls, 2)
    assert list(found) == [1]
    assert found[1] == "the same took 1.18 times as long a second time"


def test_a_control_without_its_original_says_nothing():
    assert noise.contaminated_rounds([sample(0)], [sample(1, control=True, real_ms=900)], 2) == {}
