#include "bench/suite/set_value.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace bench {
namespace {

using nlohmann::json;

// Above this share of its time the peer is measured, and not the model.
constexpr double peer_limit = 0.9;
constexpr double time_most_ns = 1e18;

struct SliceCost {
    double time;
    double log_cost;  // of a unit of work
};

std::vector<SliceCost> costs(const json& slices, const char* kind) {
    std::vector<SliceCost> found;
    for (std::size_t i = 0; i < slices.at("start_ns").size(); ++i) {
        const auto at = [&](const char* key) { return slices.at(key).at(i).get<double>(); };
        if (at(kind) <= 0 || at("units") <= 0) continue;
        // A median of what is no number would be anything; so would a time between two that are too far apart.
        const SliceCost one{at("start_ns"), std::log(at(kind) / at("units"))};
        if (std::abs(one.time) < time_most_ns && std::isfinite(one.log_cost)) found.push_back(one);
    }
    return found;
}

double interpolated(const std::vector<SliceCost>& costs, double time) {
    const auto after = std::ranges::find_if(costs, [&](const SliceCost& one) { return one.time >= time; });
    if (after == costs.end()) return costs.back().log_cost;
    if (after == costs.begin()) return after->log_cost;
    const auto before = after - 1;
    const double share = (time - before->time) / (after->time - before->time);
    return before->log_cost + share * (after->log_cost - before->log_cost);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

std::optional<SetValue> set_value(const json& entry, const json& baseline) {
    const json& ours = entry.at("concur").at("slices");
    const json& theirs = baseline.at("concur").at("slices");
    if (ours.is_null() || theirs.is_null()) return std::nullopt;
    const auto difference = [&](const char* kind) {
        const std::vector<SliceCost> partners = costs(theirs, kind);
        std::vector<double> differences;
        for (const SliceCost& one : costs(ours, kind)) {
            if (!partners.empty()) differences.push_back(one.log_cost - interpolated(partners, one.time));
        }
        return differences.empty() ? 0.0 : median(differences);
    };
    const json& share = entry.at("concur").at("evidence").at("peer_cpu_share");
    return SetValue{difference("wall_ns"), difference("cpu_ns"), share.is_number() ? share.get<double>() : 0.0};
}

std::vector<double> compared_by(std::span<const SetValue> sets) {
    std::vector<double> shares;
    for (const SetValue& set : sets) shares.push_back(set.peer_share);
    const bool limited = !shares.empty() && median(shares) > peer_limit;
    std::vector<double> values;
    for (const SetValue& set : sets) values.push_back(limited ? set.cpu : set.wall);
    return values;
}

}  // namespace bench
