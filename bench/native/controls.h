#pragma once

#include <span>
#include <string_view>

#include "models/model.h"

namespace bench {

// The native controls: echo servers and bare loops that are written by hand. Each takes the place of a model, so that
// the same harness, peer and checks measure it. The ratio of model to control is the price of concur's abstractions.
[[nodiscard]] std::span<const models::Entry* const> native_controls() noexcept;

// The name of the workload that a native control is made for; empty for a model.
[[nodiscard]] std::string_view workload_of_control(const models::Entry& control) noexcept;
// Whether a native control can run this workload. The controls of echo can run idle_crowd too: its server is the same.
[[nodiscard]] bool control_runs(const models::Entry& control, std::string_view workload) noexcept;

// Finds a model or a native control. Throws std::invalid_argument with a message that lists the models.
[[nodiscard]] const models::Entry& find_model(std::string_view name);

}  // namespace bench
