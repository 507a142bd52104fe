#include "bench/harness/peer.h"

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "models/table.h"
#include "tasks/ledger.h"

namespace bench {

namespace {

// A thread that closes the connections of a workload that makes no progress. It sleeps nearly all the time.
class Watchdog {
public:
    Watchdog(workloads::Workload& workload, sys::Nanoseconds patience, const workloads::Windows* windows)
        : workload_{workload}, patience_{patience}, windows_{windows}, thread_{[this](const std::stop_token& stop) {
              watch(stop);
          }} {}

    void begin_run() { set_running(true); }
    void end_run() { set_running(false); }

private:
    void set_running(bool running) {
        const std::scoped_lock lock{mutex_};
        running_ = running;
        last_move_ = sys::now();
    }
    void watch(const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        std::uint64_t reached = 0;
        while (!stop.stop_requested()) {
            stopped_.wait_for(lock, stop, patience_ / 10, [] { return false; });
            const std::uint64_t progress = workload_.progress();
            const bool excused = windows_ != nullptr && windows_->is_turning();
            if (std::exchange(reached, progress) != progress || excused) last_move_ = sys::now();
            if (running_ && sys::now() - last_move_ > patience_) workload_.hang_up();
        }
    }

    workloads::Workload& workload_;
    sys::Nanoseconds patience_;
    const workloads::Windows* windows_;
    std::mutex mutex_;
    std::condition_variable_any stopped_;
    bool running_ = false;      // guarded by mutex_
    sys::TimePoint last_move_;  // guarded by mutex_
    std::jthread thread_;
};

}  // namespace

Peer::Peer(std::unique_ptr<workloads::Workload> workload, const sys::CpuSet& cpus, sys::Nanoseconds patience,
           const workloads::Windows* windows, const std::function<void()>& prepare) {
    child_ = sys::ChildProcess::fork([&] {
        prepare();
        board_->ready.post();
        serve(*workload, cpus, *board_, patience, windows);
    });
    if (const workloads::Verdict started = wait_for(board_->ready); !started) throw std::runtime_error{started.reason};
}

void Peer::serve(workloads::Workload& workload, const sys::CpuSet& cpus, Board& board, sys::Nanoseconds patience,
                 const workloads::Windows* windows) {
    sys::set_affinity(cpus);
    // To save power the kernel may wake a thread 50 us late. A client that sends at fixed times must not be late.
    ::prctl(PR_SET_TIMERSLACK, 1);
    Watchdog watchdog{workload, patience, windows};
    tasks::Ledger ledger{workload.size()};
    const auto model = models::find(models::default_model).make(workload, ledger, {});
    for (;;) {
        board.start.wait();
        ledger.clear();
        watchdog.begin_run();
        model->run();
        watchdog.end_run();
        const std::string reason = workload.verify(ledger).reason;
        // The model may wait for a client that has failed.
        if (!reason.empty()) workload.hang_up();
        const std::size_t length = std::min(reason.size(), board.reason.size() - 1);
        std::copy_n(reason.begin(), length, board.reason.begin());
        board.reason[length] = '\0';
        board.usage = sys::own_usage();
        board.done.post();
    }
}

workloads::Verdict Peer::finish() {
    // The model's side has ended well, so the peer needs only its last steps.
    if (workloads::Verdict ended = wait_for(board_->done); !ended) return ended;
    const std::string reason{board_->reason.data()};
    return reason.empty() ? workloads::Verdict::valid() : workloads::Verdict::invalid("peer: " + reason);
}

// The peer may have died: checks for that now and then.
workloads::Verdict Peer::wait_for(sys::Semaphore& semaphore) {
    constexpr std::chrono::milliseconds slice{200};
    const sys::TimePoint deadline = sys::now() + std::chrono::seconds{10};
    while (!semaphore.wait_until(std::min(deadline, sys::now() + slice))) {
        if (const auto status = child_->try_wait()) {
            return workloads::Verdict::invalid("the peer ended with " + sys::describe_exit(*status));
        }
        if (sys::now() >= deadline) return workloads::Verdict::invalid("the peer did not end in time");
    }
    return workloads::Verdict::valid();
}

}  // namespace bench
