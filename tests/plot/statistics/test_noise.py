"""What is said of disturbed samples and rounds."""

import pytest

from concur.documents.samples import Evidence, Sample
from concur.statistics import noise

MS = 1_000_000


def sample(number=0, real_ms=100.0, is_repetition=False, **evidence):
    quiet = {"steal_ns": 0, "run_delay_ns": 0, "elapsed_ns": 1000 * MS, "others_cpu_ns": 0}
    return Sample(
        workload="echo",
        model="epoll",
        arguments=(("connections", 10),),
        model_arguments=(),
        outcome="ok",
        reason="",
        round=number,
        placement="split",
        unit="request",
        real_ns=real_ms * MS,
        units=10,
        cpu_ns=2.0,
        user_ns=1.0,
        system_ns=1.0,
        switches=0.0,
        latency=None,
        peer=True,
        is_repetition=is_repetition,
        evidence=Evidence(**{**quiet, **evidence}),
    )


def reasons(one, cpus=2):
    return list(noise.disturbed_rounds([one], [], cpus).values())


def test_a_quiet_sample_is_not_disturbed():
    assert reasons(sample()) == []
    assert reasons(sample(elapsed_ns=0, others_cpu_ns=None, steal_ns=None)) == []


def test_the_machine_that_others_use():
    assert reasons(sample(others_cpu_ns=400 * MS)) == ["other programs used 40 % of a CPU"]
    assert reasons(sample(others_cpu_ns=90 * MS)) == []


def test_a_model_that_ran_while_its_clocks_were_read_is_told() -> None:
    assert reasons(sample(at_gates="moved")) == ["a model did not come to rest between its windows"]
    assert reasons(sample(at_gates="stopped")) == []


def test_the_machine_that_the_hypervisor_took():
    assert reasons(sample(steal_ns=100 * MS)) == ["the hypervisor took 5 % of the CPUs"]
    assert reasons(sample(steal_ns=39 * MS)) == []


def test_two_ticks_are_nothing():
    assert reasons(sample(elapsed_ns=20 * MS, others_cpu_ns=20 * MS, steal_ns=20 * MS), cpus=1) == []


@pytest.mark.parametrize(("share", "limited"), [(None, False), (0.9, False), (0.96, True)])
def test_the_peers_limit_is_no_disturbance(share, limited):
    one = sample(peer_cpu_share=share)
    assert bool(noise.limits(one)) == limited
    assert reasons(one) == []


def test_ticks_of_short_samples_add_up_over_a_round():
    short = {"elapsed_ns": 20 * MS, "others_cpu_ns": 10 * MS}
    samples = [sample(0, **short) for _ in range(10)] + [sample(1) for _ in range(10)]
    assert noise.disturbed_rounds(samples, [], 2) == {0: "other programs used 50 % of a CPU"}


def test_a_repetition_that_differs_disturbs_its_round_alone():
    samples = [sample(number) for number in range(3)]
    repetitions = [
        sample(number, is_repetition=True, real_ms=118 if number == 1 else 101) for number in range(3)
    ]
    found = noise.disturbed_rounds(samples, repetitions, 2)
    assert list(found) == [1]
    assert found[1] == "a repetition took 1.18 times as long as its original"


def test_a_repetition_without_its_original_says_nothing():
    assert noise.disturbed_rounds([sample(0)], [sample(1, is_repetition=True, real_ms=900)], 2) == {}
