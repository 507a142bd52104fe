"""How many CPUs a run may use, and the topology of its machine."""

import copy
from pathlib import Path

import pytest

from concur.documents import environment, labels, machine, results
from concur.documents.json_text import DocumentError


@pytest.mark.parametrize(
    ("affinity", "cpu_max", "usable"),
    [
        ([0, 1, 2, 3], None, 4),
        ([0, 1, 2, 3], "max", 4),
        ([3], None, 1),
        ([0, 1, 2, 3], "200000 100000", 2),
        ([0, 1, 2, 3], "250000 100000", 2),
        ([0, 1, 2, 3], "50000 100000", 1),
        ([0, 1], "800000 100000", 2),
    ],
)
def test_an_older_document_has_affinity_and_quota(affinity, cpu_max, usable):
    found = {"cpus_online": 4, "affinity": affinity, "cgroup": {"cpu_max": cpu_max}}
    assert machine.cpus_usable(found) == usable
    assert machine.cpus_usable({**found, "cpus_usable": 3}) == 3


def test_the_topology_in_words():
    topology = {
        "packages": 2,
        "numa_nodes": 1,
        "cores": 64,
        "hardware_threads": 128,
        "kinds": 1,
        "usable": "0-127",
    }
    assert machine.topology({"topology": topology}) == (
        "2 packages, 1 NUMA node, 64 cores, 128 hardware threads"
    )
    assert machine.topology({}) == ""


def described(tiny, **changes):
    made = {**tiny, "context": copy.deepcopy(tiny["context"])}
    made["context"]["concur"]["machine"] |= changes
    return made


def test_the_usable_cpus_stand_beside_all_of_them(tiny):
    def words(made):
        return labels.cpus(results.read(made, Path("made.json")).origin)

    assert words(tiny) == "2 CPUs"
    assert words(described(tiny, cpus_online=64, cpus_usable=8)) == "64 CPUs (8 usable)"


def test_a_document_without_them_can_be_read(tiny):
    made = described(tiny)
    for key in ("cpus_usable", "topology"):
        del made["context"]["concur"]["machine"][key]
    origin = results.read(made, Path("made.json")).origin
    assert (origin.cpus_usable, origin.topology) == (2, "")


def test_they_are_part_of_the_environment(tiny):
    def read(made):
        return environment.of(results.read(made, Path("made.json")))

    topology = {**tiny["context"]["concur"]["machine"]["topology"], "cores": 1}
    assert environment.differences(read(tiny), read(described(tiny, cpus_usable=1, topology=topology))) == [
        "number of usable CPUs: 2 before, 1 now",
        "topology: 1 package, 1 NUMA node, 2 cores, 2 hardware threads before, "
        "1 package, 1 NUMA node, 1 core, 2 hardware threads now",
    ]


def test_what_is_wrong_is_said(tiny):
    with pytest.raises(DocumentError, match="'cpus_usable' has the wrong type"):
        results.read(described(tiny, cpus_usable="2"), Path("made.json"))
    with pytest.raises(DocumentError, match="'cores' is missing"):
        results.read(described(tiny, topology={"packages": 1, "numa_nodes": 1}), Path("made.json"))
