"""In a control group with a quota of CPU time the runner uses no more CPUs than the quota pays for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SUITE, Bench

VERSION_1 = Path("/sys/fs/cgroup/cpu")
VERSION_2 = Path("/sys/fs/cgroup")


class Group:
    """A control group of this test with a quota."""

    def __init__(self, cpus: float) -> None:
        self.version_1 = (VERSION_1 / "cpu.cfs_quota_us").exists()
        self.folder = (VERSION_1 if self.version_1 else VERSION_2) / f"concur-test-{os.getpid()}"
        self.folder.mkdir()
        try:
            self._limit(str(round(cpus * 100_000)))
        except OSError:
            self.remove()
            raise

    def _limit(self, quota: str) -> None:
        if self.version_1:
            (self.folder / "cpu.cfs_period_us").write_text("100000")
            (self.folder / "cpu.cfs_quota_us").write_text(quota)
        else:
            (self.folder / "cpu.max").write_text(f"{quota} 100000")

    def enter(self) -> None:
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self) -> None:
        self.folder.rmdir()


@pytest.fixture()
def one_cpu() -> Iterator[Group]:
    try:
        group = Group(1)
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    yield group
    group.remove()


def machine(document: Any) -> Any:
    return document["context"]["concur"]["machine"]


def test_a_quota_of_one_cpu_leaves_one_cpu(bench: Bench, one_cpu: Group) -> None:
    models = {"cpu": [{"model": "thread_pool"}], "io": [{"model": "epoll_per_core"}]}
    bench.write_suite(SUITE | {"models": models, "controls": []})
    done = bench.run(bench.suite, "-o", bench.output, "--rounds", "1", preexec_fn=one_cpu.enter)
    assert done.returncode == 0, done.stderr
    document = bench.document()
    assert machine(document)["cgroup"]["cpu_max"] == "100000 100000"
    assert machine(document)["cpus_usable"] == 1
    for entry in document["benchmarks"]:
        sample = entry["concur"]
        assert sample["model_cpus"] == sample["peer_cpus"]
        assert len(sample["model_cpus"]) == 1
        assert sample["model_arguments"]["workers"] == 1


def test_an_affinity_of_one_cpu_leaves_one_cpu(bench: Bench) -> None:
    cpu = max(os.sched_getaffinity(0))
    models = {"cpu": [{"model": "thread_pool"}], "io": [{"model": "epoll_per_core"}]}
    bench.write_suite(SUITE | {"models": models, "controls": []})
    done = bench.run(
        bench.suite, "-o", bench.output, "--rounds", "1", preexec_fn=lambda: os.sched_setaffinity(0, {cpu})
    )
    assert done.returncode == 0, done.stderr
    document = bench.document()
    assert machine(document)["affinity"] == [cpu]
    assert machine(document)["cpus_usable"] == 1
    assert all(entry["concur"]["model_cpus"] == [cpu] for entry in document["benchmarks"])
