#pragma once

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "jobs.h"

namespace models {

// A number of four bytes, which fills a slot.
using Item = std::array<std::byte, 4>;
inline constexpr std::uint32_t item_bytes = sizeof(Item);
[[nodiscard]] inline std::uint32_t number_in(const Item& item) { return std::bit_cast<std::uint32_t>(item); }
[[nodiscard]] inline Item item_of(std::uint32_t number) { return std::bit_cast<Item>(number); }

// Jobs of tasks that all wait for one another.
class PrimitivesTest : public ModelTest {
protected:
    // With a worker for each task, if the model has workers.
    static Running make(std::size_t size, FunctionJob::Make make_root, const tasks::Demand& shared) {
        return {entry(), size, std::move(make_root), workers_for(entry(), static_cast<std::int64_t>(size)), shared};
    }
};

inline constexpr auto name_of_model = [](const auto& model) { return std::string{model.param->name}; };

}  // namespace models
