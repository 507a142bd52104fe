#pragma once

#include <string>
#include <vector>

#include "sys/child_process.h"
#include "sys/signal_watch.h"
#include "sys/unique_fd.h"

namespace bench {

// A program and its descendants, as one process group; a descendant that leaves the group is not killed. The destructor
// kills the group. If this process dies, even by SIGKILL, the program is killed too. The program's stdin is empty, its
// stdout is discarded, and the end of its stderr is kept.
class ProcessGroup {
public:
    // `command` is the program's path and its arguments; not empty. The program inherits these
    // descriptors. Throws std::system_error. A program that cannot be executed ends with exit code 1 and a message on
    // stderr.
    ProcessGroup(const std::vector<std::string>& command, const sys::SignalWatch& signals,
                 const std::vector<int>& inherited = {});
    ~ProcessGroup();
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    // Whether the program itself has ended. Does not reap it: its number stays taken, so end() kills the right group.
    [[nodiscard]] bool has_ended() const;
    // Becomes readable when the program itself has ended (a pidfd). -1 where the kernel has none (before Linux 5.3):
    // the end of stderr, of a socket, or SIGCHLD then tells.
    [[nodiscard]] int end_descriptor() const noexcept { return end_.get(); }
    // Kills the rest of the group and waits until all its processes have ended. Returns the program's wait status. Call
    // it once.
    int end();

    // The read end of its stderr; -1 after the end of the stream.
    [[nodiscard]] int errors_descriptor() const noexcept { return errors_.get(); }
    // Reads some of the data that has arrived; does not wait.
    void read_errors();
    // The last line that is not blank, made printable and cut to a bounded length; empty if there is none.
    [[nodiscard]] std::string last_error_line() const;

private:
    sys::UniqueFd errors_;
    std::string errors_tail_;
    sys::ChildProcess child_;
    pid_t group_;
    sys::UniqueFd end_;
    bool ended_ = false;
};

}  // namespace bench
