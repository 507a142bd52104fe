#include "bench/suite/process_group.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <csignal>

#include "sys/check.h"
#include "sys/orphans.h"

namespace bench {
namespace {

// A program that fills its stderr must not fill our memory.
constexpr std::size_t errors_kept_bytes = 8192;
constexpr std::size_t line_bytes_max = 300;

// Groups that have not ended. This program has one thread.
int alive = 0;

struct Pipe {
    sys::UniqueFd read;
    sys::UniqueFd write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    sys::check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    Pipe pipe{sys::UniqueFd{ends[0]}, sys::UniqueFd{ends[1]}};
    sys::check(::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK), "fcntl(O_NONBLOCK)");
    return pipe;
}

// Runs in the child. Leaves only by an exception.
void execute(const std::vector<std::string>& command, const sys::SignalWatch& signals, int errors,
             const std::vector<int>& inherited) {
    ::setpgid(0, 0);
    for (const int descriptor : inherited) sys::check(::fcntl(descriptor, F_SETFD, 0), "fcntl(F_SETFD)");
    const sys::UniqueFd nothing{sys::check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open /dev/null")};
    sys::check(::dup2(nothing.get(), STDIN_FILENO), "dup2");
    sys::check(::dup2(nothing.get(), STDOUT_FILENO), "dup2");
    sys::check(::dup2(errors, STDERR_FILENO), "dup2");
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    signals.restore_in_child();
    sys::check(::execv(arguments.front(), arguments.data()), ("execute " + command.front()).c_str());
}

sys::ChildProcess start(const std::vector<std::string>& command, const sys::SignalWatch& signals, int errors,
                        const std::vector<int>& inherited) {
    sys::adopt_orphans();
    return sys::ChildProcess::fork([&] { execute(command, signals, errors, inherited); });
}

}  // namespace

ProcessGroup::ProcessGroup(const std::vector<std::string>& command, const sys::SignalWatch& signals,
                           const std::vector<int>& inherited)
    : child_{[&] {
          assert(!command.empty());
          Pipe pipe = make_pipe();
          errors_ = std::move(pipe.read);
          return start(command, signals, pipe.write.get(), inherited);
      }()},
      group_{child_.pid()},
      end_{static_cast<int>(::syscall(SYS_pidfd_open, group_, 0))} {
    ++alive;
    // Parent and child both call it, so that the group exists whichever is first. After the exec it fails, but then the
    // child has called it already.
    ::setpgid(group_, group_);
}

ProcessGroup::~ProcessGroup() {
    if (!ended_) end();
}

bool ProcessGroup::has_ended() const {
    siginfo_t info{};
    sys::check(::waitid(P_PID, static_cast<id_t>(group_), &info, WEXITED | WNOHANG | WNOWAIT), "waitid");
    return info.si_pid != 0;
}

int ProcessGroup::end() {
    assert(!ended_);
    ended_ = true;
    // The leader is not reaped yet, so no other group has its number. The signal cannot miss a process that a member is
    // forking: the kernel restarts a fork that a signal interrupts.
    ::kill(-group_, SIGKILL);
    const int status = child_.wait();
    // A process's children become ours before it can be reaped, so a group without members stays empty.
    while (::waitpid(-group_, nullptr, 0) > 0 || errno == EINTR) {
    }
    // Reaps processes that have left their group and ended; those that still run are not killed. Not while another
    // group lives: the status of its program would be lost.
    if (--alive == 0) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
    read_errors();
    return status;
}

void ProcessGroup::read_errors() {
    // Not for ever, even if the program writes faster than this.
    constexpr int reads_most = 16;
    std::array<char, 4096> buffer{};
    for (int reads = 0; errors_ && reads < reads_most; ++reads) {
        const ssize_t bytes = ::read(errors_.get(), buffer.data(), buffer.size());
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0 && errno == EAGAIN) return;
        if (bytes <= 0) {
            errors_.reset();
            return;
        }
        errors_tail_.append(buffer.data(), static_cast<std::size_t>(bytes));
        if (errors_tail_.size() > errors_kept_bytes) errors_tail_.erase(0, errors_tail_.size() - errors_kept_bytes);
    }
}

std::string ProcessGroup::last_error_line() const {
    const std::size_t end = errors_tail_.find_last_not_of(" \t\r\n");
    if (end == std::string::npos) return {};
    const std::size_t break_before = errors_tail_.find_last_of("\r\n", end);
    const std::size_t start = break_before == std::string::npos ? 0 : break_before + 1;
    std::string line = errors_tail_.substr(start, std::min(end + 1 - start, line_bytes_max));
    // The line may be shown on a terminal.
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return line;
}

}  // namespace bench
