#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sys/clock.h"
#include "workloads/io/arrivals.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/io/shard_waker.h"
#include "workloads/windows.h"

namespace workloads {

// The pace of a client that sends a fixed number of requests, each when the last one was answered.
class FixedPace {
public:
    // Its times go to shard 0: these clients are the model's tasks.
    FixedPace(std::uint64_t requests, ClientStatistics& statistics) : left_{requests}, statistics_{&statistics} {}

    [[nodiscard]] ClientStep next() const noexcept { return left_ > 0 ? ClientStep::send : ClientStep::finish; }
    void answered(sys::TimePoint sent, sys::TimePoint now, std::uint64_t bytes) noexcept {
        --left_;
        statistics_->answered(0, now - sent, bytes);
    }
    // It never waits, and nobody waits for it.
    [[nodiscard]] static sys::TimePoint until() noexcept { return {}; }
    [[nodiscard]] static int event() noexcept { return 0; }
    static void turn() noexcept {}
    [[nodiscard]] static bool fail() noexcept { return false; }
    [[nodiscard]] static bool has_failed() noexcept { return false; }

private:
    std::uint64_t left_;
    ClientStatistics* statistics_;
};

// The pace of a client in windows: one request; then at each gate it waits for the others, and draws requests from the
// quota of the window. The number of a gate is also that of the event that tells that it has turned.
class WindowPace {
public:
    // `shard`: in which the client is. `waker`: null if there is only one shard.
    // `arrivals`: when the requests of all clients together are due (open loop). A request that falls due while its
    // client still waits for an answer is sent as soon as that answer is here. Null: each request is sent when the last
    // one was answered (closed loop).
    WindowPace(std::size_t client, const Arrivals* arrivals, Windows& windows, ClientStatistics& statistics,
               std::size_t shard = 0, const ShardWaker* waker = nullptr)
        : client_{client},
          arrivals_{arrivals},
          windows_{&windows},
          statistics_{&statistics},
          shard_{shard},
          waker_{waker} {}

    [[nodiscard]] ClientStep next() noexcept;
    void answered(sys::TimePoint sent, sys::TimePoint now, std::uint64_t bytes,
                  RequestClass of = RequestClass::main) noexcept;
    // The number in its window of the request that next() has told to send; nullopt in the first round.
    [[nodiscard]] std::optional<std::uint64_t> number() const noexcept { return number_; }
    [[nodiscard]] sys::TimePoint until() const noexcept { return due_; }
    [[nodiscard]] int event() const noexcept { return static_cast<int>(gate_); }
    void turn() { windows_->turn(); }
    [[nodiscard]] bool fail() noexcept;
    [[nodiscard]] bool has_failed() const noexcept { return windows_->has_failed(); }

private:
    enum class State {
        connected,
        serving,   // in a window, or in the first round
        sleeping,  // until the next request is due
        arrived,   // at a gate; others are still under way
        last,      // at a gate, which this client turns (in a single shard)
        turned,    // it has turned; the others do not know yet
    };

    [[nodiscard]] std::optional<std::uint64_t> draw() noexcept;
    [[nodiscard]] ClientStep arrive() noexcept;
    [[nodiscard]] ClientStep enter_window() noexcept;
    [[nodiscard]] ClientStep send_when_due(std::uint64_t number) noexcept;
    [[nodiscard]] bool open_loop() const noexcept { return arrivals_ != nullptr; }

    std::size_t client_;
    const Arrivals* arrivals_;
    Windows* windows_;
    ClientStatistics* statistics_;
    std::size_t shard_;
    const ShardWaker* waker_;
    State state_ = State::connected;
    std::size_t gate_ = 0;
    std::optional<std::uint64_t> number_;
    sys::TimePoint last_answer_;
    sys::TimePoint due_;
};

}  // namespace workloads
