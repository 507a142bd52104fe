#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tasks {

// A text from outside, for a message: on one line, and without bytes that a terminal would obey.
[[nodiscard]] inline std::string one_line(std::string_view text) {
    std::string line{text};
    std::ranges::replace_if(
        line, [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; }, '?');
    return line;
}
[[nodiscard]] inline std::string quoted(std::string_view text) { return "'" + one_line(text) + "'"; }

}  // namespace tasks
