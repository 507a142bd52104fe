#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fuzz {

// Reads an input as the program reads it from outside, and checks what must hold for every input. Throws BrokenPromise
// if it does not hold, and whatever else the program should not have thrown.
struct Function {
    std::string_view name;  // its corpus is tests/fuzz/corpus/<name>
    void (*read)(std::string_view input);
};
[[nodiscard]] std::span<const Function> functions() noexcept;

class BrokenPromise : public std::logic_error {
public:
    using std::logic_error::logic_error;
};
inline void promise(bool holds, const std::string& what) {
    if (!holds) throw BrokenPromise{what};
}
// Every message to a user is one line that a terminal can show.
void promise_one_line(std::string_view message);

void read_http_request(std::string_view input);
void read_chunked_response(std::string_view input);
void read_command_line(std::string_view input);
#if CONCUR_HAS_SUITE
void read_suite_file(std::string_view input);
void read_unfinished_run(std::string_view input);
#endif

}  // namespace fuzz
