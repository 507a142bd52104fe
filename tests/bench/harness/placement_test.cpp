#include "bench/harness/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

#include "bench/harness/case.h"
#include "synthetic_topology.h"

namespace bench {
namespace {

using sys::CpuSet;
using workloads::Group;

CpuSet range(int first, int end) {
    CpuSet set(static_cast<std::size_t>(end - first));
    std::iota(set.begin(), set.end(), first);
    return set;
}

CpuSet all_of(const Topology& topology) {
    CpuSet cpus;
    for (const Cpu& one : topology.cpus()) cpus.push_back(one.cpu);
    std::ranges::sort(cpus);
    return cpus;
}

CpuSplit split(const Topology& topology) { return place(Placement::split, Group::io, topology, all_of(topology)); }

// As most machines number their CPUs: the second hardware threads come after all first ones.
SyntheticTopology four_cores_two_threads() { return SyntheticTopology{"core:4 pu:2(indexes=0,4,1,5,2,6,3,7)"}; }

// As a desktop processor has them: cores 0 to 3 (CPUs 0 to 7) are fast, cores 4 to 7 are slow and have one thread.
Topology performance_and_efficiency_cores() {
    SyntheticTopology machine{"core:8 pu:2"};
    machine.restrict_to({0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14});
    machine.register_kind({0, 1, 2, 3, 4, 5, 6, 7}, 1);
    machine.register_kind({8, 10, 12, 14}, 0);
    return machine.topology();
}

std::set<int> cores_of(const Topology& topology, const CpuSet& cpus) {
    std::set<int> cores;
    for (const Cpu& one : topology.within(cpus)) cores.insert(one.core);
    return cores;
}

TEST(Placement, IsParsedFromItsName) {
    for (const Placement placement : {Placement::split, Placement::shared, Placement::free}) {
        EXPECT_EQ(parse_placement(to_string(placement)), placement);
    }
    EXPECT_EQ(to_string(Placement::split), "split");
}

TEST(Placement, ListsThePlacementsInItsError) {
    try {
        (void)parse_placement("apart");
        FAIL() << "no exception";
    } catch (const std::invalid_argument& error) {
        EXPECT_EQ(std::string{error.what()}, "unknown placement 'apart'; there are: split, shared, free");
    }
}

TEST(Place, OneCpuIsShared) {
    const CpuSplit cpus = split(SyntheticTopology{"core:1 pu:1"}.topology());
    EXPECT_EQ(cpus.model, (CpuSet{0}));
    EXPECT_EQ(cpus.peer, (CpuSet{0}));
}

TEST(Place, TwoCoresAreDivided) {
    const CpuSplit cpus = split(SyntheticTopology{"core:2 pu:1"}.topology());
    EXPECT_EQ(cpus.model, (CpuSet{0}));
    EXPECT_EQ(cpus.peer, (CpuSet{1}));
}

TEST(Place, TheThreadsOfASingleCoreAreDivided) {
    const CpuSplit cpus = split(SyntheticTopology{"core:1 pu:2"}.topology());
    EXPECT_EQ(cpus.model, (CpuSet{0}));
    EXPECT_EQ(cpus.peer, (CpuSet{1}));
}

TEST(Place, ThePeerHasNoHardwareThreadOfTheModelsCores) {
    const CpuSplit cpus = split(four_cores_two_threads().topology());
    EXPECT_EQ(cpus.model, (CpuSet{0, 1, 4, 5}));
    EXPECT_EQ(cpus.peer, (CpuSet{2, 3, 6, 7}));
}

TEST(Place, OfAnOddNumberOfCoresTheModelHasOneMore) {
    const CpuSplit cpus = split(SyntheticTopology{"core:3 pu:1"}.topology());
    EXPECT_EQ(cpus.model, (CpuSet{0, 1}));
    EXPECT_EQ(cpus.peer, (CpuSet{2}));
}

TEST(Place, BothSidesAreInOneNumaNode) {
    const Topology topology = SyntheticTopology{"pack:2 [numa] core:32 pu:2"}.topology();
    const CpuSplit cpus = split(topology);
    EXPECT_EQ(cpus.model, range(0, 32)) << "16 cores";
    EXPECT_EQ(cpus.peer, range(32, 64)) << "16 cores";
    EXPECT_EQ(place(Placement::split, Group::cpu, topology, all_of(topology)).model, range(0, 128)) << "CPU work";
}

TEST(Place, ANodeOfOneCoreIsTooSmall) {
    const CpuSplit cpus = split(SyntheticTopology{"pack:2 [numa] core:1 pu:1"}.topology());
    EXPECT_EQ(cpus.model, (CpuSet{0}));
    EXPECT_EQ(cpus.peer, (CpuSet{1}));
}

TEST(Place, TakesTheNodeThatHasMostUsableCores) {
    const Topology topology = SyntheticTopology{"pack:2 [numa] core:4 pu:1"}.topology();
    const CpuSplit cpus = place(Placement::split, Group::io, topology, {0, 1, 4, 5, 6});
    EXPECT_EQ(cpus.model, (CpuSet{4, 5}));
    EXPECT_EQ(cpus.peer, (CpuSet{6}));
}

TEST(Place, UsesTheFastestKindOnly) {
    const Topology topology = performance_and_efficiency_cores();
    const CpuSplit cpus = split(topology);
    EXPECT_EQ(cpus.model, range(0, 4));
    EXPECT_EQ(cpus.peer, range(4, 8));
    EXPECT_EQ(place(Placement::split, Group::cpu, topology, all_of(topology)).model, range(0, 8));
    EXPECT_EQ(place(Placement::free, Group::cpu, topology, all_of(topology)).model, all_of(topology));
}

TEST(Place, UsesNothingThatIsNotUsable) {
    const Topology topology = four_cores_two_threads().topology();
    for (const Placement placement : {Placement::split, Placement::shared, Placement::free}) {
        for (const Group group : {Group::cpu, Group::io}) {
            const CpuSplit cpus = place(placement, group, topology, {1, 3, 5});
            for (const CpuSet* const side : {&cpus.model, &cpus.peer}) {
                EXPECT_FALSE(side->empty());
                for (const int cpu : *side) EXPECT_TRUE(cpu == 1 || cpu == 3 || cpu == 5) << cpu;
            }
        }
    }
}

TEST(Place, SharedPutsBothWhereTheModelIsWhenTheyAreSplit) {
    const Topology topology = four_cores_two_threads().topology();
    const CpuSplit cpus = place(Placement::shared, Group::io, topology, all_of(topology));
    EXPECT_EQ(cpus.model, split(topology).model);
    EXPECT_EQ(cpus.peer, cpus.model);
}

TEST(Place, FreeGivesAllToBoth) {
    const Topology topology = four_cores_two_threads().topology();
    const CpuSplit cpus = place(Placement::free, Group::io, topology, {1, 3, 5});
    EXPECT_EQ(cpus.model, (CpuSet{1, 3, 5}));
    EXPECT_EQ(cpus.peer, (CpuSet{1, 3, 5}));
}

// The rule for both sides on every machine.
TEST(Place, SplitSharesNoCoreIfThereAreTwo) {
    for (const char* const machine : {"core:2 pu:2", "core:3 pu:2", "core:4 pu:2", "pack:2 [numa] core:32 pu:2",
                                      "pack:4 [numa] core:1 pu:2", "pack:2 core:2 pu:1"}) {
        const Topology topology = SyntheticTopology{machine}.topology();
        const CpuSplit cpus = split(topology);
        for (const int core : cores_of(topology, cpus.model)) {
            EXPECT_FALSE(cores_of(topology, cpus.peer).contains(core)) << machine;
        }
    }
}

TEST(UsableCpus, AreThoseAllowedWithoutAQuota) {
    const Topology topology = four_cores_two_threads().topology();
    EXPECT_EQ(usable_cpus(topology, {1, 3}, std::nullopt), (CpuSet{1, 3}));
    EXPECT_EQ(usable_cpus(topology, {1, 3}, 2.5), (CpuSet{1, 3})) << "a quota that binds nothing";
}

TEST(UsableCpus, AreNoMoreThanAQuotaPaysFor) {
    const Topology topology = four_cores_two_threads().topology();
    const std::map<double, CpuSet> expected{
        {0.1, {0}},
        {1.0, {0}},
        {1.9, {0}},
        {2.0, {0, 1}},
        {4.0, {0, 1, 2, 3}},
        {5.0, {0, 1, 2, 3}},
        {6.0, {0, 1, 2, 4, 5, 6}},
    };
    for (const auto& [quota, cpus] : expected) {
        EXPECT_EQ(usable_cpus(topology, all_of(topology), quota), cpus) << quota;
    }
}

TEST(UsableCpus, AreOfTheFastestKindFirst) {
    SyntheticTopology little_first{"core:8 pu:1"};
    little_first.register_kind({0, 1, 2, 3}, 0);
    little_first.register_kind({4, 5, 6, 7}, 1);
    const Topology topology = little_first.topology();
    EXPECT_EQ(usable_cpus(topology, all_of(topology), 3.0), (CpuSet{4, 5, 6}));
    EXPECT_EQ(usable_cpus(topology, all_of(topology), 4.0), (CpuSet{4, 5, 6, 7}));
    EXPECT_EQ(usable_cpus(topology, all_of(topology), 6.0), (CpuSet{0, 1, 4, 5, 6, 7}));
    // 8 of 12 CPUs are fast: a quota of 6 pays for three fast cores with both threads.
    const Topology mixed = performance_and_efficiency_cores();
    EXPECT_EQ(usable_cpus(mixed, all_of(mixed), 6.0), range(0, 6));
}

TEST(PlanCpus, PoolsAreAsWideAsTheModelsCpus) {
    const auto cpus_of = [](const Topology& topology, std::optional<double> quota) {
        const CpuPlan plan = plan_cpus(Placement::split, {topology, usable_cpus(topology, all_of(topology), quota)});
        const ModelCpus cpus = count_model_cpus(plan);
        return std::pair{cpus.computing, cpus.serving};
    };
    const Topology large = SyntheticTopology{"pack:2 [numa] core:32 pu:2"}.topology();
    EXPECT_EQ(cpus_of(large, std::nullopt), (std::pair<std::size_t, std::size_t>{128, 32}));
    EXPECT_EQ(cpus_of(large, 2.0), (std::pair<std::size_t, std::size_t>{2, 1}));
    const Topology small = SyntheticTopology{"core:1 pu:1"}.topology();
    EXPECT_EQ(cpus_of(small, std::nullopt), (std::pair<std::size_t, std::size_t>{1, 1}));
}

TEST(ParseCpus, IsTheReverseOfToText) {
    for (const CpuSet& cpus : {CpuSet{0}, CpuSet{0, 2, 5}, CpuSet{1023, 4000}}) {
        EXPECT_EQ(parse_cpus(to_text(cpus)), cpus);
    }
    EXPECT_EQ(to_text({0, 2, 5}), "0,2,5");
    EXPECT_EQ(parse_cpus("5,0"), (CpuSet{0, 5}));
}

TEST(ParseCpus, RefusesWhatIsNoListOfCpus) {
    for (const char* const text : {"", "a", "1,", ",1", "1-3", "-1", "1;2", "99999999999", "0,0", "1,0,1", "8192"}) {
        EXPECT_THROW((void)parse_cpus(text), std::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace bench
