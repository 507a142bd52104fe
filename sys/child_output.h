#pragma once

#include <functional>
#include <string>

namespace sys {

// What a child process wrote, and the status of waitpid().
struct ChildOutput {
    std::string text;
    int status;
};
// Forks a child that runs `body`, which may write to the descriptor `output`, and waits for its end. As
// ChildProcess::fork(): call it while no other thread runs. Throws std::system_error.
[[nodiscard]] ChildOutput run_child(const std::function<void(int output)>& body);

}  // namespace sys
