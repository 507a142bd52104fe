#include "functions.h"

#include <algorithm>

namespace fuzz {

std::span<const Function> functions() noexcept {
    static constexpr Function all[] = {
        {"http_request", read_http_request},
        {"chunked_response", read_chunked_response},
        {"command_line", read_command_line},
#if CONCUR_HAS_SUITE
        {"suite_file", read_suite_file},
        {"unfinished_run", read_unfinished_run},
#endif
    };
    return all;
}

void promise_one_line(std::string_view message) {
    const auto is_control = [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; };
    promise(!message.empty() && std::ranges::none_of(message, is_control),
            "a message is not one line: " + std::string{message});
}

}  // namespace fuzz
