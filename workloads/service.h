#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "sys/shared_memory.h"
#include "sys/tcp.h"
#include "sys/unique_fd.h"
#include "workloads/workload.h"

namespace workloads {

// A server for clients from outside, without an end of its own: each connection is accepted and gets a task, until
// stop().
class Service final : public Workload {
public:
    // Makes the task that owns a connection and serves it to its end.
    using MakeHandler = std::function<std::unique_ptr<tasks::Task>(sys::UniqueFd connection)>;

    // Since the beginning, in all processes.
    struct Counts {
        std::uint64_t accepted;
        std::uint64_t finished;
        std::uint64_t failed;  // broken by their clients, or refused
    };

    // Listens at once. Throws std::system_error.
    Service(sys::Endpoint endpoint, std::size_t acceptors, MakeHandler make_handler);

    [[nodiscard]] sys::Endpoint endpoint() const;
    // Accepts no more, and ends those connections whose clients have nothing more to say; requests that have come are
    // answered. Of this process alone: connections in others end when their clients close them. Any thread.
    void stop() noexcept;
    [[nodiscard]] Counts counts() const noexcept;

    std::size_t size() const override { return acceptors_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override;
    tasks::Demand demand() const override {
        return {.tasks_at_once = acceptors_, .descriptors_per_task = 1, .staying = acceptors_};
    }
    Verdict verify(const tasks::Ledger& ledger) const override { return verify_finished(ledger); }
    Work work() const override { return {.units = counts().finished, .bytes = 0, .fairness = {}}; }

private:
    class Acceptor;
    class Served;
    struct Board {
        std::atomic<std::uint64_t> accepted;
        std::atomic<std::uint64_t> finished;
        std::atomic<std::uint64_t> failed;
        std::atomic<bool> stopping;
    };

    std::size_t acceptors_;
    MakeHandler make_handler_;
    sys::UniqueFd listener_;
    sys::Shared<Board> board_;
    mutable std::mutex mutex_;
    mutable std::set<int> open_;  // connections of this process; guarded by mutex_
};

}  // namespace workloads
