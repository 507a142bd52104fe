#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace sys {

// Owns a forked child process. The destructor kills and reaps a child that nobody waited for.
class ChildProcess {
public:
    // Forks, and runs `body` in the child. The child then ends by _exit(): with 0, or with 1 after an exception, whose
    // text it writes to stderr. The kernel kills the child when the thread that forked it ends (PR_SET_PDEATHSIG), so
    // that no child is left even if the parent is killed by SIGKILL. Call it while no other thread runs: a lock that
    // another thread holds at the fork is never released in the child. Throws std::system_error.
    [[nodiscard]] static ChildProcess fork(const std::function<void()>& body);

    ChildProcess(ChildProcess&& other) noexcept : pid_{std::exchange(other.pid_, -1)}, status_{other.status_} {}
    ChildProcess& operator=(ChildProcess other) noexcept {
        std::swap(pid_, other.pid_);
        std::swap(status_, other.status_);
        return *this;
    }
    ChildProcess(const ChildProcess&) = delete;
    ~ChildProcess();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    // Waits for the end of the child, and reaps it. Returns the status of waitpid(); the same again if the child was
    // reaped before.
    int wait();
    // The same without waiting: nullopt while the child runs.
    std::optional<int> try_wait();
    // Whether a child of this process has ended that nobody has waited for. One system call, however many there are.
    [[nodiscard]] static bool any_has_ended() noexcept;
    // Waits until a child of this process has ended, and returns its number. It is still to be waited for.
    [[nodiscard]] static pid_t wait_for_any();
    // Sends SIGKILL; does nothing if the child has been reaped.
    void kill() const noexcept;

private:
    explicit ChildProcess(pid_t pid) noexcept : pid_{pid} {}

    [[nodiscard]] int reaped(int status) noexcept;

    pid_t pid_ = -1;
    int status_ = 0;  // once it was reaped
};

// The text for a status of waitpid(): "exit code 3", "signal 9 (Killed)"; empty for success.
[[nodiscard]] std::string describe_exit(int status);

// Makes the kernel kill the calling process when its parent ends. `parent` is the parent's pid, which must be read
// before the fork: if the parent has ended since then, the calling process exits with 1.
void die_with_parent(pid_t parent) noexcept;

}  // namespace sys
