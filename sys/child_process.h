#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace sys {

// Owns a forked child: a child that was not waited for is killed and reaped by the destructor.
class ChildProcess {
public:
    // Forks, and runs `body` in the child, which then leaves by _exit: with 0, or with 1 after an exception (its
    // text goes to stderr). The child dies with its parent (PR_SET_PDEATHSIG), so that even SIGKILL to the parent
    // leaves nothing behind; strictly, with the thread that forked it. Call it while no other thread runs: a lock held
    // by another thread at the fork is held forever in the child. Throws std::system_error.
    [[nodiscard]] static ChildProcess fork(const std::function<void()>& body);

    ChildProcess(ChildProcess&& other) noexcept : pid_{std::exchange(other.pid_, -1)} {}
    ChildProcess& operator=(ChildProcess other) noexcept {
        std::swap(pid_, other.pid_);
        return *this;
    }
    ChildProcess(const ChildProcess&) = delete;
    ~ChildProcess();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    // Waits for the end, which must happen once. Returns the status as waitpid gives it.
    int wait();
    // The same without waiting: nothing while the child runs.
    std::optional<int> try_wait();
    void kill() const noexcept;

private:
    explicit ChildProcess(pid_t pid) noexcept : pid_{pid} {}

    pid_t pid_ = -1;
};

// "exit code 3", "signal 9 (Killed)"; empty for a status of success.
[[nodiscard]] std::string describe_exit(int status);

// Makes the calling process die when its parent does. `parent` is the parent's pid as read before the fork, which
// closes the race with a parent that is already gone.
void die_with_parent(pid_t parent) noexcept;

}  // namespace sys
