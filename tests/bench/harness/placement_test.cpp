#include "bench/harness/placement.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

namespace bench {
namespace {

using workloads::Group;

sys::CpuSet cpus(std::size_t count) {
    // Starts at 4, because the available CPUs need not begin at 0.
    sys::CpuSet set(count);
    std::iota(set.begin(), set.end(), 4);
    return set;
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

struct Expected {
    std::size_t available;
    sys::CpuSet model;
    sys::CpuSet peer;
};

TEST(Place, SplitGivesEachSideItsHalf) {
    for (const auto& [available, model, peer] : {
             Expected{1, {4}, {4}},
             Expected{2, {4}, {5}},
             Expected{3, {4, 5}, {6}},
             Expected{8, {4, 5, 6, 7}, {8, 9, 10, 11}},
         }) {
        const CpuSplit cpu_split = place(Placement::split, Group::io, cpus(available));
        EXPECT_EQ(cpu_split.model, model) << available;
        EXPECT_EQ(cpu_split.peer, peer) << available;
    }
}

TEST(Place, SharedPutsBothOnTheModelsHalf) {
    for (const std::size_t available : {1U, 2U, 3U, 8U}) {
        const CpuSplit cpu_split = place(Placement::shared, Group::io, cpus(available));
        EXPECT_EQ(cpu_split.model, place(Placement::split, Group::io, cpus(available)).model);
        EXPECT_EQ(cpu_split.peer, cpu_split.model);
    }
}

TEST(Place, FreeGivesAllToBoth) {
    for (const std::size_t available : {1U, 2U, 3U, 8U}) {
        const CpuSplit cpu_split = place(Placement::free, Group::io, cpus(available));
        EXPECT_EQ(cpu_split.model, cpus(available));
        EXPECT_EQ(cpu_split.peer, cpus(available));
    }
}

TEST(Place, CpuWorkHasThemAll) {
    for (const Placement placement : {Placement::split, Placement::shared, Placement::free}) {
        EXPECT_EQ(place(placement, Group::cpu, cpus(3)).model, cpus(3));
    }
}

}  // namespace
}  // namespace bench
