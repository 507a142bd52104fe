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
#include "workloads/io/listeners.h"
#include "workloads/io/shard_waker.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {

// What the clients of a server do.
struct ClientArguments {
    std::size_t connections;  // one for each client
    std::uint64_t requests;   // of all clients together in a window; at least one for each
    std::int64_t rate = 0;  // open loop: requests/s of all clients together. 0: closed loop, the next after the answer
};

// The clients of a server, or one shard of them, which work in windows. Each finishes with the number of its answers.
template <MakesExchange MakeExchange>
class Clients final : public Workload {
public:
    // `waker`: null if this is the only shard. `windows`, `statistics` and the server's listeners outlive the
    // clients.
    Clients(Shard shard, std::shared_ptr<const ShardWaker> waker, const ClientArguments& arguments, Windows& windows,
            ClientStatistics& statistics, const Listeners& listeners, MakeExchange make_exchange)
        : shard_{shard},
          waker_{std::move(waker)},
          first_{shard.first(arguments.connections)},
          rate_{arguments.rate},
          windows_{windows},
          statistics_{statistics},
          listeners_{listeners},
          server_{listeners.endpoint()},
          make_exchange_{std::move(make_exchange)},
          places_(shard.size(arguments.connections)) {
        for (SocketPlace& place : places_) place.store(-1);
    }

    // Besides its clients, each of several shards has a task that wakes them at gates.
    std::size_t size() const override { return places_.size() + (waker_ != nullptr ? 1 : 0); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index == places_.size()) return make_gate_watcher(shard_, windows_, *waker_);
        const std::size_t client = first_ + index;
        return make_client(client, WindowPace{client, rate_, windows_, statistics_, shard_.index, waker_.get()},
                           statistics_, server_, &places_[index], make_exchange_);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size(),
                .descriptors_per_task = 1,
                .together = size(),
                .together_in_calls = size(),
                .events = windows_.gates(),
                .sleeps = rate_ > 0};
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) {
            return index == places_.size() ? 0 : windows_.units_of(first_ + index);
        });
    }
    Work work() const override { return windows_.work(); }
    std::uint64_t progress() const noexcept override { return windows_.progress(); }
    void hang_up() noexcept override { hang_up_all(listeners_, places_); }

private:
    Shard shard_;
    std::shared_ptr<const ShardWaker> waker_;
    std::size_t first_;  // client
    std::int64_t rate_;
    Windows& windows_;
    ClientStatistics& statistics_;
    const Listeners& listeners_;
    sys::Endpoint server_;
    MakeExchange make_exchange_;
    mutable std::vector<SocketPlace> places_;  // by client, from `first_` on
};

}  // namespace workloads
