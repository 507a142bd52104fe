#include "bench/harness/peer.h"

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
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
    std::vector<pid_t> pids;
    for (std::size_t index = 0; index < shards.size(); ++index) {
        const sys::UniqueFd alive = watch_.add();
        children_.push_back(sys::ChildProcess::fork([&] {
            Board& board = boards_[index];
            try {
                sys::set_affinity(cpus_of(index, settings));
                serve(*shards[index], settings, board, [&] { prepare(index); });
            } catch (const std::exception& error) {
                board.failure.write(error.what());
                throw;
            }
        }));
        pids.push_back(children_.back().pid());
    }
    watch_.start(std::move(pids), settings.cpus, [&] {
        settings.died();
        for (const auto& shard : shards) shard->hang_up();
    });
    // Only now: a counter of the model that one of them opens would count the processes that are forked later.
    for (Board& board : boards_) board.all_forked.post();
    for (std::size_t index = 0; index < shards.size(); ++index) wait_for(index, &Board::ready);
}

// With more CPUs than processes some may use several.
sys::CpuSet Peer::cpus_of(std::size_t shard, const Settings& settings) const {
    if (!settings.pinned || processes() > settings.cpus.size()) return settings.cpus;
    const tasks::Block part = workloads::Shard{shard, processes()}.block(settings.cpus.size());
    return {settings.cpus.begin() + static_cast<std::ptrdiff_t>(part.first),
            settings.cpus.begin() + static_cast<std::ptrdiff_t>(part.end)};
}

void Peer::serve(workloads::Workload& workload, const Settings& settings, Board& board,
                 const std::function<void()>& prepare) {
    // To save power the kernel may wake a thread 50 us late. A client that sends at fixed times must not be late.
    ::prctl(PR_SET_TIMERSLACK, 1);
    board.all_forked.wait();
    Watchdog watchdog{workload, settings.patience, settings.windows};
    tasks::Ledger ledger{workload.size()};
    const auto model = models::find(models::default_model).make(workload, ledger, {});
    prepare();
    board.ready.post();
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
        wait_for(shard, &Board::done);
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

void Peer::require_alive() {
    // The watch kills the others, and knows which one ended first.
    if (const auto first = watch_.ended()) throw_ending(*first, children_[*first].wait());
    for (std::size_t shard = 0; shard < children_.size(); ++shard) {
        if (const auto status = children_[shard].try_wait()) throw_ending(shard, *status);
    }
}

void Peer::settle() {
    const sys::TimePoint deadline = sys::now() + std::chrono::milliseconds{500};
    for (Board& board : boards_) {
        while (sys::now() < deadline && !board.done.wait_until(sys::now() + std::chrono::milliseconds{5})) {
            require_alive();
        }
    }
    require_alive();
}

void Peer::throw_ending(std::size_t shard, int status) const {
    const std::string ending = sys::describe_exit(status);
    const std::string why = boards_[shard].failure.read();
    throw std::runtime_error{"the peer ended with " + (ending.empty() ? "exit code 0" : ending) +
                             (why.empty() ? "" : ": " + why)};
}

// The process may have died: checks for that now and then.
void Peer::wait_for(std::size_t shard, sys::Semaphore Board::*semaphore) {
    constexpr std::chrono::milliseconds slice{200};
    const sys::TimePoint deadline = sys::now() + std::chrono::seconds{10};
    while (!(boards_[shard].*semaphore).wait_until(std::min(deadline, sys::now() + slice))) {
        require_alive();
        if (sys::now() >= deadline) throw std::runtime_error{"the peer did not end in time"};
    }
}

}  // namespace bench
