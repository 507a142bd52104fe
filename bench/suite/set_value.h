#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <vector>

namespace bench {

// How a case compares with the baseline in one set: the logarithm of how much more of something it takes for a unit of
// work, as the median over its slices. The partner of a slice is the baseline, interpolated (in the logarithm) between
// its two nearest slices.
struct SetValue {
    double wall;
    double cpu;         // of the model
    double peer_share;  // of its CPUs that the peer used; 0 without a peer
};

// Nullopt unless both entries have slices.
[[nodiscard]] std::optional<SetValue> set_value(const nlohmann::json& entry, const nlohmann::json& baseline);

// The values of several sets, by which a reader compares the models: CPU times if the peer was at its limit in most of
// them, because then wall times are those of the peer; otherwise wall times.
[[nodiscard]] std::vector<double> compared_by(std::span<const SetValue> sets);

}  // namespace bench
