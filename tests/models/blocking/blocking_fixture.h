#pragma once

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include "models/blocking/blocking_primitives.h"

namespace models {

using Outcome = std::optional<tasks::Result>;

// Fills a slot. Items of one producer have rising sequence numbers, from 1.
struct Item {
    std::uint32_t producer;
    std::uint32_t sequence;
};
using Bytes = std::array<std::byte, sizeof(Item)>;
inline constexpr std::uint32_t item_bytes = sizeof(Item);

// Both kinds of futex, with threads.
class BlockingPrimitivesTest : public testing::TestWithParam<sys::Sharing> {
protected:
    static BlockingPrimitives make(const tasks::Demand& demand, std::size_t carriers = BlockingPrimitives::any_number) {
        return BlockingPrimitives{demand, GetParam(), carriers};
    }
    static Outcome push(BlockingPrimitives& primitives, int channel, Item item) {
        const auto bytes = std::bit_cast<Bytes>(item);
        return primitives.perform(tasks::Push{channel, bytes});
    }
    static Outcome pop(BlockingPrimitives& primitives, int channel, Item& item) {
        Bytes bytes{};
        const Outcome outcome = primitives.perform(tasks::Pop{channel, bytes});
        item = std::bit_cast<Item>(bytes);
        return outcome;
    }
    // A run of `count` root tasks on a thread each, which begin together.
    template <class Body>
    static void run(BlockingPrimitives& primitives, std::size_t count, Body body) {
        primitives.begin_run(count);
        std::latch started{static_cast<std::ptrdiff_t>(count)};
        std::vector<std::jthread> threads;
        for (std::size_t task = 0; task < count; ++task) {
            threads.emplace_back([&, task] {
                started.arrive_and_wait();
                body(task);
                primitives.task_ends();
            });
        }
    }
};

}  // namespace models
