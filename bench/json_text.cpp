#include "bench/json_text.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace bench {

nlohmann::json parse_json(std::string_view text) {
    constexpr int depth_most = 64;
    return nlohmann::json::parse(text, [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > depth_most) {
            throw std::runtime_error{"it is nested deeper than " + std::to_string(depth_most) + " levels"};
        }
        return true;
    });
}

std::int64_t whole_number(const nlohmann::json& value, std::int64_t least, std::int64_t most) {
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() || std::in_range<std::int64_t>(value.get<std::uint64_t>()));
    const std::int64_t found = fits ? value.get<std::int64_t>() : 0;
    if (fits && found >= least && found <= most) return found;
    throw std::runtime_error{value.dump() + " is not a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most)};
}

double number(const nlohmann::json& value, double least, double most) {
    if (value.is_number() && value.get<double>() >= least && value.get<double>() <= most) return value.get<double>();
    throw std::runtime_error{value.dump() + " is not a number from " + std::to_string(least) + " to " +
                             std::to_string(most)};
}

}  // namespace bench
