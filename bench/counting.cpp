#include "bench/counting.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "bench/harness/harness.h"
#include "bench/sample_json.h"
#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

std::string read_to_end(int descriptor) {
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        const ssize_t count = ::read(descriptor, part.data(), part.size());
        if (count == -1 && errno == EINTR) continue;
        if (sys::check(count, "read") == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

Counts count_in_own_process(const Case& what, Placement placement, std::optional<std::uint64_t> units) {
    std::array<int, 2> ends{};
    sys::check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    const sys::UniqueFd output{ends[0]};
    sys::UniqueFd input{ends[1]};
    const std::string name = what.name();
    const std::string placed{to_string(placement)};
    const std::string quota = std::to_string(units.value_or(0));
    sys::ChildProcess child = sys::ChildProcess::fork([&] {
        sys::check(::dup2(input.get(), STDOUT_FILENO), "dup2");
        ::execl("/proc/self/exe", "counts", counts_of_option, name.c_str(), "--placement", placed.c_str(),
                counted_units_option, quota.c_str(), nullptr);
        throw std::runtime_error{"cannot run /proc/self/exe: " + sys::error_text(errno)};
    });
    input.reset();
    const std::string text = read_to_end(output.get());
    const std::string ending = sys::describe_exit(child.wait());
    const nlohmann::json counts = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (counts.contains("failure")) throw std::runtime_error{counts["failure"].get<std::string>()};
    if (!ending.empty() || counts.is_discarded()) throw std::runtime_error{ending.empty() ? "no counts" : ending};
    return to_counts(counts);
}

int print_counts(const Case& what, Placement placement, std::optional<std::uint64_t> units) {
    nlohmann::json counts;
    try {
        counts = to_json(Harness{what, placement}.count(units));
    } catch (const std::exception& error) {
        counts = {{"failure", error.what()}};
    }
    std::puts(counts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return 0;
}

}  // namespace bench
