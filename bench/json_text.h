#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace bench {

// Parses JSON from outside. Throws std::exception, with a message of one line. Refuses a text that is nested deeper
// than any of ours: functions of the JSON library call themselves for each level, and would overflow the stack.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);

// A number from outside. Both throw std::runtime_error if it is none, or not within these bounds: the library converts
// what does not fit without a word.
[[nodiscard]] std::int64_t whole_number(const nlohmann::json& value, std::int64_t least, std::int64_t most);
[[nodiscard]] double number(const nlohmann::json& value, double least, double most);

}  // namespace bench
