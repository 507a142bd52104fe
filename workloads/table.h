#pragma once

#include <span>
#include <string_view>

#include "workloads/workload.h"

namespace workloads {

// Every workload of this build, in the order of tables and charts.
[[nodiscard]] std::span<const Entry* const> table() noexcept;

// Adds a workload of a program of its own. To be called at the beginning of main; the entry lives for ever, and its
// name must be new.
void add_workload(const Entry& entry);

// Throws std::invalid_argument, with the names that there are.
[[nodiscard]] const Entry& find(std::string_view name);

}  // namespace workloads
