"""What is said of disturbed samples and sets."""

from dataclasses import replace

from concur.documents.cases import Case, Cell, Series
from concur.documents.samples import WINDOWS, Evidence, Sample, Slices
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
    assert reasons(sample(at_gates="moved")) == ["a model did not come to rest between its turns"]
    assert reasons(sample(at_gates="stopped")) == []


def test_the_machine_that_the_hypervisor_took():
    assert reasons(sample(steal_ns=100 * MS)) == ["the hypervisor took 5 % of the CPUs"]
    assert reasons(sample(steal_ns=39 * MS)) == []


def test_two_ticks_are_nothing():
    assert reasons(sample(elapsed_ns=20 * MS, others_cpu_ns=20 * MS, steal_ns=20 * MS), cpus=1) == []


def test_the_peers_limit_is_no_disturbance():
    assert reasons(sample(peer_cpu_share=0.99)) == []


def test_a_quota_that_stops_programs_is_told():
    assert reasons(sample(throttled_ns=100 * MS)) == ["a quota stopped all programs for 10 % of the time"]
    assert reasons(sample(throttled_ns=15 * MS)) == []


FULL = "the listen queue was full, so that TCP repeated {} to connect after a second or more"


def test_connections_that_found_the_listen_queue_full_are_told():
    assert reasons(sample(listen_overflows=0, syn_retransmits=9)) == []
    assert reasons(sample(listen_overflows=None)) == []
    assert reasons(sample(listen_overflows=3774)) == [FULL.format("3774 attempts")]
    assert reasons(sample(listen_overflows=1, elapsed_ns=0)) == [FULL.format("1 attempt")]


def test_a_window_begins_after_its_connections_were_made():
    assert reasons(replace(sample(listen_overflows=3774), timed=WINDOWS)) == []


def test_of_whole_samples_too_only_the_model_whose_queue_was_full_is_told():
    full = [sample(number, listen_overflows=5 * number) for number in range(3)]
    found = noise.of_case(case(epoll=full, poll=[sample(number) for number in range(3)]), 2)
    assert found[EPOLL].is_serious and not found[POLL].is_serious
    assert found[EPOLL].words == FULL.format("0 to 10 attempts") + " in 3 sets"
    assert found[POLL].words == ""


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


SLICES = Slices((0,), (1,), (1,), (0,), (1,))
EPOLL, POLL = Series("epoll", ()), Series("poll", ())


def in_turns(number, block, **evidence):
    return replace(sample(number, **evidence), group="g", block=block, slices=SLICES)


def case(**cells):
    return Case((), {Series(name, ()): Cell(tuple(samples)) for name, samples in cells.items()})


def test_models_of_one_block_share_its_figures():
    """Three models in a block that others used for 20 ms: these are not 60 ms."""
    short = {"elapsed_ns": 100 * MS, "others_cpu_ns": 20 * MS}
    assert noise.disturbed_rounds([in_turns(0, 0, **short) for _ in range(3)], [], 2) == {}
    blocks = [in_turns(0, block, **short) for block in range(3)]
    assert noise.disturbed_rounds(blocks, [], 2) == {0: "other programs used 20 % of a CPU"}


def test_each_model_is_judged_by_its_own_blocks_as_a_range_over_sets():
    used = (30, 90, 250, 400)
    loud = [in_turns(number, 0, others_cpu_ns=of * MS) for number, of in enumerate(used)]
    quiet = [in_turns(number, 1) for number in range(4)]
    found = noise.of_case(case(epoll=loud, poll=quiet), 2)
    assert found[EPOLL].is_serious and not found[POLL].is_serious
    assert found[EPOLL].words == "other programs used 0 to 40 % of a CPU in 4 sets"
    assert found[POLL].words == ""
    once = noise.of_case(case(epoll=[*loud[:3], *quiet[3:]]), 2)[EPOLL]
    assert not once.is_serious and once.words == "other programs used 0 to 25 % of a CPU in 4 sets"


def test_whole_samples_of_a_case_are_judged_together():
    short = {"elapsed_ns": 20 * MS, "others_cpu_ns": 10 * MS}
    cells = {name: [sample(number, **short) for number in range(2)] for name in ("epoll", "poll", "a", "b")}
    found = noise.of_case(case(**cells), 2)
    assert {one.words for one in found.values()} == {"other programs used 50 % of a CPU in 2 sets"}
