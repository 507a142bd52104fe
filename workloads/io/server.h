#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sys/unique_fd.h"
#include "workloads/io/acceptor.h"
#include "workloads/io/arrivals.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/clients.h"
#include "workloads/io/listeners.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {

// Every task finished once and without a failure, among them the handlers of `connections` connections.
[[nodiscard]] Verdict verify_served(const tasks::Ledger& ledger, std::size_t connections);

// A server whose peer is its clients, timed in windows: what echo, open_echo and http have in common. A derived class
// makes the handlers and the clients, and knows the right digests.
class Server : public Workload {
public:
    // Throws std::system_error if there is no socket.
    Server(const ClientArguments& arguments, Acceptors acceptors);

    std::size_t size() const final { return listeners_.acceptors(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const final {
        return make_acceptor(index, listeners_,
                             [this](sys::UniqueFd connection) { return make_handler(std::move(connection)); });
    }
    tasks::Demand demand() const final {
        return {.tasks_at_once = connections_ + size(),
                .descriptors_per_task = 1,
                .together = connections_,
                .together_in_calls = connections_,
                .together_are = "connections"};
    }
    void begin() override;
    Verdict verify(const tasks::Ledger& ledger) const final;
    Work work() const final { return windows_.work(); }
    std::vector<std::uint64_t> connections_by_acceptor() const final { return listeners_.connections_by_acceptor(); }
    Windows* windows() const final { return &windows_; }
    std::size_t waiting_at_gate() const final { return arguments_.silent > 0 ? connections_ : 0; }
    ShardedHistogram* latency() const final { return &statistics_.latency(); }
    ShardedHistogram* latency_uncorrected() const final {
        return arguments_.rate > 0 ? &statistics_.latency_uncorrected() : nullptr;
    }
    std::string_view latency_meaning() const override { return "time to answer, seen by the client"; }

protected:
    // For make_peer(). Each shard has a client at least.
    template <MakesExchange MakeExchange>
    [[nodiscard]] std::vector<std::unique_ptr<Workload>> make_clients(std::size_t shards_most,
                                                                      const MakeExchange& make_exchange,
                                                                      const MakeAttendant& make_attendant = {}) const {
        const std::size_t count = divide_clients(shards_most);
        // Only the clients own it: in the processes of the model its sockets are closed.
        const bool needs_waker = count > 1 || arguments_.silent > 0;
        const auto waker = needs_waker ? std::make_shared<const ShardWaker>(count) : nullptr;
        std::vector<std::unique_ptr<Workload>> shards;
        for (std::size_t index = 0; index < count; ++index) {
            shards.push_back(std::make_unique<Clients<MakeExchange>>(
                Shard{index, count}, waker, arguments_, arrivals_ ? &*arrivals_ : nullptr, windows_, statistics_,
                listeners_, make_exchange, make_attendant));
        }
        return shards;
    }
    // For other_latencies(): of requests of the other class.
    [[nodiscard]] ShardedHistogram* latency_of_others() const noexcept { return &statistics_.latency_of_others(); }

private:
    // Returns the number of shards.
    [[nodiscard]] std::size_t divide_clients(std::size_t shards_most) const;
    [[nodiscard]] virtual std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const = 0;
    // The sum of the digests of the handlers of attendants.
    [[nodiscard]] virtual std::uint64_t expected_attendant_digests() const { return 0; }
    // The digest of the handler whose client `client` sent its first `requests` requests, and no more.
    [[nodiscard]] virtual std::uint64_t expected_digest(std::size_t client, std::uint64_t requests) const = 0;

    ClientArguments arguments_;
    std::size_t connections_ = arguments_.connections + arguments_.attendants;
    std::optional<Arrivals> arrivals_;  // of an open loop
    mutable Windows windows_;           // both in shared memory; tasks write them
    mutable ClientStatistics statistics_;
    Listeners listeners_;
};

// For Entry::check of a server: each connection is answered at least once in a window. Throws std::invalid_argument.
void require_a_request_for_each(const tasks::Arguments& arguments);
// For Entry::kept_open.
[[nodiscard]] std::size_t connections_of(const tasks::Arguments& arguments);

}  // namespace workloads
