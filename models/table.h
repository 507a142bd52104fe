#pragma once

#include <span>
#include <string_view>

#include "models/model.h"

namespace models {

// Every model of this build, in the order of tables and charts.
[[nodiscard]] std::span<const Entry* const> table() noexcept;

// Throws std::invalid_argument, with the names that there are.
[[nodiscard]] const Entry& find(std::string_view name);

}  // namespace models
