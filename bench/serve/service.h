#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "sys/tcp.h"
#include "sys/unique_fd.h"
#include "workloads/workload.h"

namespace bench {

// A server for clients from outside, without an end of its own: each connection is accepted and gets a task, until
// stop().
class Service final : public workloads::Workload {
public:
    // Makes the task that owns a connection and serves it to its end.
    using MakeHandler = std::function<std::unique_ptr<tasks::Task>(sys::UniqueFd connection)>;

    // Since the beginning, in all processes.
    struct Counts {
        std::uint64_t accepted;
        std::uint64_t finished;  // served until one side closed it; a refusal is an answer too
        std::uint64_t failed;    // whose receive or send failed: reset by the client, mostly
        std::uint64_t dropped;   // closed unserved: no thread or process could be had for it

        [[nodiscard]] std::uint64_t under_way() const noexcept {
            const std::uint64_t ended = finished + failed + dropped;
            return accepted > ended ? accepted - ended : 0;
        }
    };

    // What holds from the first connection on.
    struct Limits {
        // At once, in all processes; who comes then waits in the listen queue until another has gone.
        std::uint64_t connections_max = std::numeric_limits<std::uint64_t>::max();
        // A connection that brings nothing, or takes nothing, for so long is ended, within a quarter more. Zero: never.
        sys::Nanoseconds idle{0};
    };

    // Listens at once. Throws std::system_error.
    Service(sys::Endpoint endpoint, std::size_t acceptors, MakeHandler make_handler);
    ~Service() override;

    // Before a model is made.
    void limit(const Limits& limits) noexcept { limits_ = limits; }
    [[nodiscard]] sys::Endpoint endpoint() const;
    // Accepts no more, and ends those connections whose clients have nothing more to say, in all processes; requests
    // that have come are answered. Any thread.
    void stop() noexcept;
    [[nodiscard]] Counts counts() const noexcept;

    std::size_t size() const override { return acceptors_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override;
    tasks::Demand demand() const override {
        return {.tasks_at_once = acceptors_, .descriptors_per_task = 1, .staying = acceptors_};
    }
    workloads::Verdict verify(const tasks::Ledger& ledger) const override { return workloads::verify_finished(ledger); }
    workloads::Work work() const override { return {.units = counts().finished, .bytes = 0, .fairness = {}}; }

private:
    class Acceptor;
    class Served;
    struct Board {
        std::atomic<std::uint64_t> accepted;
        std::atomic<std::uint64_t> finished;
        std::atomic<std::uint64_t> failed;
        std::atomic<std::uint64_t> dropped;
        std::atomic<bool> stopping;
    };

    void enter(const Served& served) const;
    void leave(const Served& served) const;
    void watch() const noexcept;

    std::size_t acceptors_;
    MakeHandler make_handler_;
    Limits limits_;
    sys::UniqueFd listener_;
    // Readable once it is to stop: for any number of those who wait, in whatever process, and with a timeout.
    sys::UniqueFd stopped_;
    sys::Shared<Board> board_;
    mutable std::mutex mutex_;
    // Of this process, and so is the thread that ends them; guarded by mutex_.
    mutable std::set<const Served*> open_;
    mutable std::jthread watcher_;
};

}  // namespace bench
