#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sys/clock.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/io/shard_waker.h"
#include "workloads/windows.h"

namespace workloads {

// The pace of a client that keeps a connection and takes part in no window: a request in the first round, silence until
// the last window has closed, and one more request, which tells that the server still keeps the connection.
class SilentPace {
public:
    // `number`: that of a silent one in the windows. Windows and waker outlive the pace.
    SilentPace(std::size_t number, Windows& windows, const ShardWaker& waker)
        : number_{number}, windows_{&windows}, waker_{&waker} {}

    [[nodiscard]] ClientStep next() noexcept {
        switch (state_) {
            case State::connected: state_ = State::first_round; return ClientStep::send;
            case State::first_round: return arrive();
            case State::silent: break;
            case State::last_round: return ClientStep::finish;
        }
        state_ = State::last_round;
        return windows_->has_failed() ? ClientStep::finish : ClientStep::send;
    }
    // No time is recorded: neither request is in a window.
    void answered(sys::TimePoint /*sent*/, sys::TimePoint now, std::uint64_t bytes,
                  RequestClass /*of*/ = RequestClass::main) noexcept {
        last_answer_ = now;
        windows_->done(number_, bytes);
    }
    [[nodiscard]] static std::optional<std::uint64_t> number() noexcept { return std::nullopt; }
    [[nodiscard]] int event() const noexcept { return end_event(*windows_); }
    // The gate watchers announce all events, also after a failure.
    [[nodiscard]] bool fail() noexcept {
        (void)windows_->fail();
        waker_->wake_all();
        return false;
    }
    [[nodiscard]] bool has_failed() const noexcept { return windows_->has_failed(); }
    // It never sleeps, and turns no gate.
    [[nodiscard]] static sys::TimePoint until() noexcept { return {}; }
    static void turn() noexcept {}

private:
    enum class State { connected, first_round, silent, last_round };

    [[nodiscard]] ClientStep arrive() noexcept {
        state_ = State::silent;
        if (windows_->arrive(last_answer_).last) waker_->wake(0);
        return ClientStep::await;
    }

    std::size_t number_;
    Windows* windows_;
    const ShardWaker* waker_;
    State state_ = State::connected;
    sys::TimePoint last_answer_;
};

}  // namespace workloads
