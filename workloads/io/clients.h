#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sys/tcp.h"
#include "workloads/io/arrivals.h"
#include "workloads/io/client_pace.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/io/crowd.h"
#include "workloads/io/listeners.h"
#include "workloads/io/shard_waker.h"
#include "workloads/io/silent_pace.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {

// What the clients of a server do.
struct ClientArguments {
    std::size_t connections;  // one for each client
    std::uint64_t requests;   // of all clients together in a window; at least one for each that is not silent
    std::int64_t rate = 0;  // open loop: requests/s of all clients together. 0: closed loop, the next after the answer
    Arrivals::Spacing spacing = Arrivals::Spacing::even;  // of an open loop
    std::size_t silent = 0;  // so many of the clients keep their connection, and send nothing in the windows
    // Tasks beside the clients, each with a connection of its own: attendants of the windows.
    std::size_t attendants = 0;
};

// So many connections of a server are under way at once, until the first answer. A listen queue has room for as many
// everywhere: before Linux 5.4 the default of net.core.somaxconn was 128.
constexpr std::size_t connecting_most = 128;

// What an attendant needs. All of it outlives the task.
struct AttendantPlace {
    std::size_t number;  // of the attendant, from 0
    SocketPlace& socket;
    const ShardWaker* waker;  // null if the peer has one shard
    Windows& windows;
    ClientStatistics& statistics;
    sys::Endpoint server;
};
// It finishes with digest 0.
using MakeAttendant = std::function<std::unique_ptr<tasks::Task>(const AttendantPlace& place)>;

// The clients of a server, or one shard of them, which work in windows. Each finishes with the number of its answers.
template <MakesExchange MakeExchange>
class Clients final : public Workload {
public:
    // `waker`: null if this is the only shard and no client is silent. `arrivals`: null for a closed loop. They, the
    // windows, the statistics and the server's listeners outlive the clients.
    Clients(Shard shard, std::shared_ptr<const ShardWaker> waker, const ClientArguments& arguments,
            const Arrivals* arrivals, Windows& windows, ClientStatistics& statistics, const Listeners& listeners,
            MakeExchange make_exchange, MakeAttendant make_attendant)
        : shard_{shard},
          waker_{std::move(waker)},
          crowd_{arguments.connections, arguments.silent},
          first_{shard.first(arguments.connections)},
          arrivals_{arrivals},
          windows_{windows},
          statistics_{statistics},
          listeners_{listeners},
          server_{listeners.endpoint()},
          make_exchange_{std::move(make_exchange)},
          make_attendant_{std::move(make_attendant)},
          first_attendant_{shard.first(arguments.attendants)},
          clients_{shard.size(arguments.connections)},
          places_(clients_ + shard.size(arguments.attendants)) {
        for (SocketPlace& place : places_) place.store(-1);
    }

    // First the clients, then the attendants. With a waker there is one more task, which wakes the others at gates.
    std::size_t size() const override { return places_.size() + (waker_ != nullptr ? 1 : 0); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index == places_.size()) return make_gate_watcher(shard_, windows_, *waker_);
        if (index >= clients_) {
            return make_attendant_({.number = first_attendant_ + index - clients_,
                                    .socket = places_[index],
                                    .waker = waker_.get(),
                                    .windows = windows_,
                                    .statistics = statistics_,
                                    .server = server_});
        }
        const std::size_t client = first_ + index;
        const std::size_t number = crowd_.number(client);
        const auto make_with = [&](auto pace) {
            return make_client(client, std::move(pace), statistics_, server_, &places_[index], make_exchange_,
                               permits() < places_.size());
        };
        if (crowd_.is_silent(client)) return make_with(SilentPace{number, windows_, *waker_});
        return make_with(WindowPace{number, arrivals_, windows_, statistics_, shard_.index, waker_.get()});
    }
    tasks::Demand demand() const override {
        const auto waiters = static_cast<std::uint32_t>(places_.size());
        const tasks::SemaphoreShape to_connect{.permits = permits(), .most = permits(), .waiters = waiters};
        return {.tasks_at_once = size(),
                .descriptors_per_task = 1,
                .together = size(),
                .together_in_calls = size(),
                .events = windows_.gates() + (waker_ != nullptr ? 1 : 0),
                .sleeps = arrivals_ != nullptr || clients_ < places_.size(),
                .semaphores = {to_connect}};
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) {
            return index < clients_ ? windows_.units_of(crowd_.number(first_ + index)) : 0;
        });
    }
    Work work() const override { return windows_.work(); }
    std::uint64_t progress() const noexcept override { return windows_.progress(); }
    void hang_up() noexcept override { hang_up_all(listeners_, places_); }

private:
    // To connect, in this shard.
    [[nodiscard]] std::uint32_t permits() const noexcept {
        return static_cast<std::uint32_t>(std::max<std::size_t>(1, connecting_most / shard_.count));
    }

    Shard shard_;
    std::shared_ptr<const ShardWaker> waker_;
    Crowd crowd_;
    std::size_t first_;  // client
    const Arrivals* arrivals_;
    Windows& windows_;
    ClientStatistics& statistics_;
    const Listeners& listeners_;
    sys::Endpoint server_;
    MakeExchange make_exchange_;
    MakeAttendant make_attendant_;
    std::size_t first_attendant_;
    std::size_t clients_;
    mutable std::vector<SocketPlace> places_;  // of the clients, then of the attendants
};

}  // namespace workloads
