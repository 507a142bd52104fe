#include "sys/child_process.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

#include "sys/check.h"

namespace sys {

ChildProcess ChildProcess::fork(const std::function<void()>& body) {
    // Otherwise parent and child would both write what is in the buffers of stdio.
    std::fflush(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = check(::fork(), "fork");
    if (pid == 0) {
        die_with_parent(parent);
        int code = 0;
        try {
            body();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "child process %d: %s\n", ::getpid(), error.what());
            code = 1;
        }
        ::_exit(code);
    }
    return ChildProcess{pid};
}

ChildProcess::~ChildProcess() {
    // If it may not be killed, it ends with us.
    if (pid_ <= 0 || ::kill(pid_, SIGKILL) == -1) return;
    while (::waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
    }
}

// The number may belong to another process from now on, and waitpid(-1) would reap any child.
int ChildProcess::reaped(int status) noexcept {
    pid_ = -1;
    return status_ = status;
}

int ChildProcess::wait() {
    if (pid_ <= 0) return status_;
    int status = 0;
    pid_t result = 0;
    while ((result = ::waitpid(pid_, &status, 0)) == -1 && errno == EINTR) {
    }
    check(result, "waitpid");
    return reaped(status);
}

std::optional<int> ChildProcess::try_wait() {
    if (pid_ <= 0) return status_;
    int status = 0;
    if (check(::waitpid(pid_, &status, WNOHANG), "waitpid") == 0) return std::nullopt;
    return reaped(status);
}

bool ChildProcess::any_has_ended() noexcept {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

pid_t ChildProcess::wait_for_any() {
    siginfo_t info{};
    int result = 0;
    while ((result = ::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT)) == -1 && errno == EINTR) {
    }
    check(result, "waitid");
    return info.si_pid;
}

void ChildProcess::kill() const noexcept {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
}

std::string describe_exit(int status) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        const char* const name = ::sigdescr_np(signal);
        return "signal " + std::to_string(signal) + " (" + (name != nullptr ? name : "unknown") + ")";
    }
    if (const int code = WEXITSTATUS(status); code != 0) return "exit code " + std::to_string(code);
    return {};
}

void die_with_parent(pid_t parent) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
}

}  // namespace sys
