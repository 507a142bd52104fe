#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sys/tcp.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/workload.h"

namespace workloads {

// The clients of a server. Each finishes with the number of its answers.
template <MakesExchange MakeExchange>
class Clients final : public Workload {
public:
    // `statistics` outlives the clients.
    Clients(const ClientArguments& arguments, ClientStatistics& statistics, sys::Endpoint server,
            MakeExchange make_exchange)
        : arguments_{arguments},
          statistics_{statistics},
          server_{server},
          make_exchange_{std::move(make_exchange)},
          places_(arguments.connections) {
        for (SocketPlace& place : places_) place.store(-1);
    }

    std::size_t size() const override { return places_.size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return make_client(index, arguments_, statistics_, server_, &places_[index], make_exchange_);
    }
    tasks::Demand demand() const override {
        const bool wait_for_each_other = arguments_.rate > 0;
        return {.tasks_at_once = size(),
                .descriptors_per_task = 1,
                .together = wait_for_each_other ? size() : 1,
                .events = wait_for_each_other ? 1U : 0U};
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t) { return arguments_.requests; });
    }
    Work work() const override { return statistics_.work(); }
    std::uint64_t progress() const noexcept override { return statistics_.progress(); }
    // Shuts all sockets down: clients and server receive the end of the stream, and stop waiting for each other.
    void hang_up() noexcept override {
        for (const SocketPlace& place : places_) {
            if (const int socket = place.load(); socket >= 0) ::shutdown(socket, SHUT_RDWR);
        }
    }

private:
    ClientArguments arguments_;
    ClientStatistics& statistics_;
    sys::Endpoint server_;
    MakeExchange make_exchange_;
    mutable std::vector<SocketPlace> places_;  // by client
};

}  // namespace workloads
