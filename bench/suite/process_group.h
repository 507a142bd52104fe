#pragma once

#include <string>
#include <vector>

#include "bench/suite/signals.h"
#include "sys/child_process.h"
#include "sys/unique_fd.h"

namespace bench {

// A program with all that it starts, as one process group. Dies with us, even by SIGKILL; ended by the destructor.
// Its standard input is empty, its output is thrown away, the end of what it writes to stderr is kept.
class ProcessGroup {
public:
    // `command` is the program's path and its arguments. Throws std::system_error. A program that cannot be executed
    // shows as one that ended with 1 and said so on stderr.
    ProcessGroup(const std::vector<std::string>& command, const SignalWatch& signals);
    ~ProcessGroup();
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    // Whether the program itself has ended; it is not reaped yet, so that its group's number stays its own.
    [[nodiscard]] bool has_ended() const;
    // Kills what is left of the group and waits until all of it is gone. Returns the program's status as waitpid
    // gives it. To be called once.
    int end();

    // The read end of its stderr; -1 after its end.
    [[nodiscard]] int errors_descriptor() const noexcept { return errors_.get(); }
    // Takes what has arrived, without waiting.
    void read_errors();
    // The last line with text in it, printable and of bounded length; empty where there was none.
    [[nodiscard]] std::string last_error_line() const;

private:
    sys::UniqueFd errors_;
    std::string errors_tail_;
    sys::ChildProcess child_;
    pid_t group_;
    bool ended_ = false;
};

}  // namespace bench
