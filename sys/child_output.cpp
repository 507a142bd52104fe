#include "sys/child_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/unique_fd.h"

namespace sys {
namespace {

std::string read_to_end(int descriptor) {
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        const ssize_t count = ::read(descriptor, part.data(), part.size());
        if (count == -1 && errno == EINTR) continue;
        if (check(count, "read") == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

ChildOutput run_child(const std::function<void(int output)>& body) {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    const UniqueFd output{ends[0]};
    UniqueFd input{ends[1]};
    ChildProcess child = ChildProcess::fork([&] { body(input.get()); });
    input.reset();
    std::string text = read_to_end(output.get());
    return {std::move(text), child.wait()};
}

}  // namespace sys
