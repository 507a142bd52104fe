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

Peer::Peer(std::vector<std::unique_ptr<workloads::Workload>> shards, const Settings& settings,
           const std::function<void(std::size_t shard)>& prepare)
    : boards_{shards.size()} {
    for (std::size_t index = 0; index < shards.size(); ++index) {
        const workloads::Shard shard{index, shards.size()};
        sys::CpuSet cpus = settings.cpus;
        // With more CPUs than processes some may use several.
        if (settings.pinned && shards.size() <= cpus.size()) {
            const tasks::Block part = shard.block(settings.cpus.size());
            cpus.assign(settings.cpus.begin() + static_cast<std::ptrdiff_t>(part.first),
                        settings.cpus.begin() + static_cast<std::ptrdiff_t>(part.end));
        }
        children_.push_back(sys::ChildProcess::fork([&] {
            boards_[index].all_forked.wait();
            prepare(index);
            boards_[index].ready.post();
            serve(*shards[index], cpus, settings, boards_[index]);
        }));
    }
    // Only now: a counter of the model that one of them opens would count the processes that are forked later.
    for (Board& board : boards_) board.all_forked.post();
    for (std::size_t index = 0; index < shards.size(); ++index) {
        if (const workloads::Verdict started = wait_for(index, &Board::ready); !started) {
            throw std::runtime_error{started.reason};
        }
    }
}

void Peer::serve(workloads::Workload& workload, const sys::CpuSet& cpus, const Settings& settings, Board& board) {
    sys::set_affinity(cpus);
    // To save power the kernel may wake a thread 50 us late. A client that sends at fixed times must not be late.
    ::prctl(PR_SET_TIMERSLACK, 1);
    Watchdog watchdog{workload, settings.patience, settings.windows};
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
    std::string reason;
    for (std::size_t shard = 0; shard < boards_.size(); ++shard) {
        // The model's side has ended well, so the peer needs only its last steps.
        if (workloads::Verdict ended = wait_for(shard, &Board::done); !ended) return ended;
        if (reason.empty()) reason = boards_[shard].reason.data();
    }
    return reason.empty() ? workloads::Verdict::valid() : workloads::Verdict::invalid("peer: " + reason);
}

sys::ResourceUsage Peer::usage() const noexcept {
    sys::ResourceUsage total;
    for (const Board& board : boards_) total += board.usage;
    return total;
}

std::vector<sys::Nanoseconds> Peer::cpu_by_process() const {
    std::vector<sys::Nanoseconds> used;
    for (const Board& board : boards_) used.emplace_back(board.usage.cpu_ns());
    return used;
}

// The process may have died: checks for that now and then.
workloads::Verdict Peer::wait_for(std::size_t shard, sys::Semaphore Board::*semaphore) {
    constexpr std::chrono::milliseconds slice{200};
    const sys::TimePoint deadline = sys::now() + std::chrono::seconds{10};
    while (!(boards_[shard].*semaphore).wait_until(std::min(deadline, sys::now() + slice))) {
        if (const auto status = children_[shard].try_wait()) {
            return workloads::Verdict::invalid("the peer ended with " + sys::describe_exit(*status));
        }
        if (sys::now() >= deadline) return workloads::Verdict::invalid("the peer did not end in time");
    }
    return workloads::Verdict::valid();
}

}  // namespace bench
