#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sys/tcp.h"
#include "workloads/io/client_pace.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {

// What the clients of a server do.
struct ClientArguments {
    std::size_t connections;  // one for each client
    std::uint64_t requests;   // of all clients together in a window; at least one for each
    std::int64_t rate = 0;  // open loop: requests/s of all clients together. 0: closed loop, the next after the answer
};

// The clients of a server, which work in windows. Each finishes with the number of its answers.
template <MakesExchange MakeExchange>
class Clients final : public Workload {
public:
    // `windows`, `statistics` and the server's listener outlive the clients.
    Clients(const ClientArguments& arguments, Windows& windows, ClientStatistics& statistics, int listener,
            MakeExchange make_exchange)
        : rate_{arguments.rate},
          windows_{windows},
          statistics_{statistics},
          listener_{listener},
          server_{sys::local_endpoint(listener)},
          make_exchange_{std::move(make_exchange)},
          places_(arguments.connections) {
        for (SocketPlace& place : places_) place.store(-1);
    }

    std::size_t size() const override { return places_.size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return make_client(index, WindowPace{index, rate_, windows_, statistics_}, statistics_, server_,
                           &places_[index], make_exchange_);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size(), .descriptors_per_task = 1, .together = size(), .events = windows_.gates()};
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t client) { return windows_.units_of(client); });
    }
    Work work() const override { return windows_.work(); }
    std::uint64_t progress() const noexcept override { return windows_.progress(); }
    void hang_up() noexcept override { hang_up_all(listener_, places_); }

private:
    std::int64_t rate_;
    Windows& windows_;
    ClientStatistics& statistics_;
    int listener_;
    sys::Endpoint server_;
    MakeExchange make_exchange_;
    mutable std::vector<SocketPlace> places_;  // by client
};

}  // namespace workloads
