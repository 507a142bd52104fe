#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "sys/tcp.h"
#include "sys/unique_fd.h"
#include "workloads/workload.h"

namespace bench {

// A server for clients of other programs. It accepts each connection and spawns a task for it, until stop().
class Service final : public workloads::Workload {
public:
    // Makes the task that owns a connection and serves it until it ends.
    using MakeHandler = std::function<std::unique_ptr<tasks::Task>(sys::UniqueFd connection)>;

    // Connections since the start, in all processes.
    struct Counts {
        std::uint64_t accepted;
        std::uint64_t finished;  // one side closed it; an answer that refuses a request counts too
        std::uint64_t failed;    // receive or send failed; mostly the client has reset it
        std::uint64_t dropped;   // closed at once, because there was no thread or process for it

        [[nodiscard]] std::uint64_t under_way() const noexcept {
            const std::uint64_t ended = finished + failed + dropped;
            return accepted > ended ? accepted - ended : 0;
        }
    };

    // Limits for all processes together.
    struct Limits {
        // Open at the same time. More clients wait in the listen queue until another connection ends. Acceptors do not
        // wait for each other, so with several of them each may accept one more.
        std::uint64_t connections_max = std::numeric_limits<std::uint64_t>::max();
        // The service ends a connection that gets no answer for so long, or up to a quarter longer: its client is
        // silent, sends its request too slowly, or does not receive. Zero: never.
        sys::Nanoseconds idle{0};
    };

    // Begins to listen. Throws std::system_error.
    Service(sys::Endpoint endpoint, workloads::Acceptors acceptors, MakeHandler make_handler);
    ~Service() override;

    // Call it before a model is made.
    void limit(const Limits& limits) noexcept {
        assert(open_.empty());
        limits_ = limits;
    }
    [[nodiscard]] sys::Endpoint endpoint() const;
    // Stops accepting and receiving, in all processes. Requests that have arrived are still answered. Any thread may
    // call it.
    void stop() noexcept;
    [[nodiscard]] Counts counts() const noexcept;

    std::size_t size() const override { return acceptors_.count; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override;
    tasks::Demand demand() const override {
        // An acceptor sleeps while there is no descriptor for the next connection.
        return {.tasks_at_once = size(), .descriptors_per_task = 1, .staying = size(), .sleeps = true};
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

    workloads::Acceptors acceptors_;
    MakeHandler make_handler_;
    Limits limits_;
    std::vector<sys::UniqueFd> listeners_;  // one, or one for each acceptor
    // Becomes readable at the stop. A descriptor, because any number of threads in any process can wait for it with a
    // timeout.
    sys::UniqueFd stopped_;
    sys::Shared<Board> board_;
    mutable std::mutex mutex_;
    mutable std::set<const Served*> open_;  // this process's connections; guarded by mutex_
    mutable std::jthread watcher_;          // ends them; guarded by mutex_
};

// "3 connections accepted, 2 served to their end, 0 broken, 0 dropped, 1 cut off"
[[nodiscard]] std::string to_string(const Service::Counts& counts);

}  // namespace bench
