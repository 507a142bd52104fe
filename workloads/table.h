#pragma once

#include <span>
#include <string_view>

#include "workloads/workload.h"

namespace workloads {

// Every workload of this build, in the order of tables and charts.
[[nodiscard]] std::span<const Entry* const> table() noexcept;

// Adds a user's own workload to the table. Call it at the beginning of main(), before other threads exist. The entry is
// never destroyed, and its name is not in the table yet.
void add_workload(const Entry& entry);

// The workload with this name. Throws std::invalid_argument for an unknown name; the message lists the known ones.
[[nodiscard]] const Entry& find(std::string_view name);

}  // namespace workloads
