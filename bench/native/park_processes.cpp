#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "bench/native/bare_tasks.h"
#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/event.h"
#include "sys/shared_memory.h"

namespace bench {
namespace {

// Child processes, which end when the event happens. The destructor lets go and awaits all that are left.
class Children {
public:
    explicit Children(std::size_t most) { pids_.reserve(most); }
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;
    ~Children() {
        if (reaped_ < pids_.size()) release();
        while (reaped_ < pids_.size()) static_cast<void>(next_status());
    }

    void add() {
        const pid_t parent = ::getpid();
        const pid_t child = sys::check(::fork(), "fork");
        if (child != 0) return pids_.push_back(child);
        sys::die_with_parent(parent);
        released_->wait();
        ::_exit(0);
    }
    void release() noexcept { released_->announce(); }
    // The exit status of the next child; -1 if waitpid fails.
    int next_status() noexcept {
        int status = 0;
        pid_t got = 0;
        do got = ::waitpid(pids_[reaped_], &status, 0);
        while (got == -1 && errno == EINTR);
        ++reaped_;
        return got == -1 ? -1 : status;
    }

private:
    sys::Shared<sys::Event> released_;
    std::vector<pid_t> pids_;
    std::size_t reaped_ = 0;
};

}  // namespace

void ParkProcesses::run(std::size_t tasks, const Ended& ended) {
    Children children{tasks};
    for (std::size_t index = 0; index < tasks; ++index) children.add();
    children.release();
    for (std::size_t index = 0; index < tasks; ++index) {
        if (children.next_status() == 0) ended(index);
    }
}

}  // namespace bench
