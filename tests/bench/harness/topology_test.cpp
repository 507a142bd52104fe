#include "bench/harness/topology.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "synthetic_topology.h"
#include "sys/child_process.h"
#include "sys/cpu_set.h"

namespace bench {
namespace {

TEST(Topology, KnowsWhichCpusShareACoreAndANode) {
    // hwloc numbers the hardware threads of a core one after another, unless it is told otherwise.
    const Topology topology = SyntheticTopology{"pack:2 [numa] core:2 pu:2"}.topology();
    const auto cpus = topology.cpus();
    ASSERT_EQ(cpus.size(), 8U);
    EXPECT_EQ(cpus[0].core, cpus[1].core);
    EXPECT_NE(cpus[1].core, cpus[2].core);
    EXPECT_EQ(cpus[0].numa_node, cpus[3].numa_node);
    EXPECT_NE(cpus[3].numa_node, cpus[4].numa_node);
    EXPECT_NE(cpus[3].package, cpus[4].package);
    const Topology::Counts counts = topology.counts();
    EXPECT_EQ(counts.packages, 2U);
    EXPECT_EQ(counts.numa_nodes, 2U);
    EXPECT_EQ(counts.cores, 4U);
    EXPECT_EQ(counts.hardware_threads, 8U);
    EXPECT_EQ(counts.kinds, 1U);
}

TEST(Topology, FollowsTheSystemsNumbers) {
    // As most machines number them: first one hardware thread of each core, then the second ones.
    const Topology topology = SyntheticTopology{"core:2 pu:2(indexes=0,2,1,3)"}.topology();
    const auto cpus = topology.cpus();
    ASSERT_EQ(cpus.size(), 4U);
    EXPECT_EQ(cpus[0].cpu, 0);
    EXPECT_EQ(cpus[1].cpu, 2);
    EXPECT_EQ(cpus[0].core, cpus[1].core);
}

TEST(Topology, KnowsTheFasterKind) {
    SyntheticTopology machine{"core:4 pu:1"};
    machine.register_kind({0, 1}, 1);
    machine.register_kind({2, 3}, 0);
    const Topology topology = machine.topology();
    EXPECT_GT(topology.cpus()[0].kind, topology.cpus()[3].kind);
    EXPECT_EQ(topology.counts().kinds, 2U);
}

TEST(Topology, KindsWhoseEfficiencyIsUnknownAreOne) {
    SyntheticTopology machine{"core:4 pu:1"};
    machine.register_kind({0, 1}, -1);
    machine.register_kind({2, 3}, -1);
    EXPECT_EQ(machine.topology().counts().kinds, 1U);
}

TEST(Topology, WithinASetKeepsItsOrder) {
    const Topology topology = SyntheticTopology{"core:2 pu:2(indexes=0,2,1,3)"}.topology();
    std::vector<int> numbers;
    for (const Cpu& one : topology.within({1, 2, 3})) numbers.push_back(one.cpu);
    EXPECT_EQ(numbers, (std::vector<int>{2, 1, 3}));
}

TEST(Topology, TakesAnUnknownCpuForACoreOfItsOwn) {
    const Topology topology = SyntheticTopology{"core:2 pu:1"}.topology();
    const std::vector<Cpu> found = topology.within({1, 7});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].cpu, 7);
    EXPECT_NE(found[1].core, found[0].core);
}

TEST(Topology, OfThisMachineHasTheCpusOfTheAffinity) {
    const Topology machine = Topology::of_this_machine();
    for (const int cpu : sys::current_affinity()) {
        EXPECT_NE(std::ranges::find(machine.cpus(), cpu, &Cpu::cpu), machine.cpus().end()) << cpu;
    }
}

TEST(Topology, OfAnotherMachineIsRefused) {
    sys::ChildProcess child = sys::ChildProcess::fork([] {
        ::setenv("HWLOC_SYNTHETIC", "core:64 pu:2", 1);
        try {
            (void)Topology::of_this_machine();
        } catch (const std::runtime_error& error) {
            if (std::string{error.what()}.find("unset HWLOC_SYNTHETIC") != std::string::npos) return;
        }
        throw std::runtime_error{"it was not refused"};
    });
    EXPECT_EQ(sys::describe_exit(child.wait()), "");
}

}  // namespace
}  // namespace bench
