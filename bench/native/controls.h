#pragma once

#include <span>
#include <string_view>

#include "models/model.h"

namespace bench {

// The hand-written servers and the bare loops, put into the place of a model, so that the same harness, peer and
// checks measure them: their ratio to the model is the price of the abstraction. They can do nothing but what they
// were written for.
[[nodiscard]] std::span<const models::Entry* const> native_controls() noexcept;

// The name of the one workload that a control can do; empty for a model.
[[nodiscard]] std::string_view workload_of_control(const models::Entry& control) noexcept;

// Of the models and the controls. Throws std::invalid_argument, with the models that there are.
[[nodiscard]] const models::Entry& find_model(std::string_view name);

}  // namespace bench
