#include "workloads/io/client_pace.h"

namespace workloads {

ClientStep WindowPace::next() noexcept {
    switch (state_) {
        case State::connected: state_ = State::serving; return ClientStep::send;
        case State::sleeping: state_ = State::serving; return ClientStep::send;
        case State::last: state_ = State::turned; return ClientStep::announce;
        case State::arrived:
        case State::turned: return enter_window();
        case State::serving: break;
    }
    if (windows_->is_open()) {
        if (const std::optional<std::uint64_t> number = windows_->draw()) return send_when_due(*number);
    }
    const Windows::Arrival arrival = windows_->arrive(last_answer_);
    gate_ = arrival.gate;
    state_ = arrival.last ? State::last : State::arrived;
    return arrival.last ? ClientStep::turn : ClientStep::await;
}

ClientStep WindowPace::enter_window() noexcept {
    state_ = State::serving;
    return windows_->is_open() ? send_when_due(client_) : ClientStep::finish;
}

ClientStep WindowPace::send_when_due(std::uint64_t number) noexcept {
    if (!open_loop()) return ClientStep::send;
    const double offset_ns = static_cast<double>(number) * 1e9 / static_cast<double>(rate_);
    due_ = windows_->opened() + sys::Nanoseconds{static_cast<std::int64_t>(offset_ns)};
    if (sys::now() >= due_) return ClientStep::send;
    state_ = State::sleeping;
    return ClientStep::sleep;
}

void WindowPace::answered(sys::TimePoint sent, sys::TimePoint now, std::uint64_t bytes) noexcept {
    last_answer_ = now;
    windows_->done(client_, bytes);
    // The first round is not timed.
    if (!windows_->is_open()) return;
    statistics_->latency().record(sys::Nanoseconds{now - (open_loop() ? due_ : sent)}.count());
    if (open_loop()) statistics_->latency_uncorrected().record(sys::Nanoseconds{now - sent}.count());
}

bool WindowPace::fail() noexcept {
    const std::size_t gate = windows_->fail();
    // If this client has turned a gate, the others still wait at that gate.
    if (state_ != State::turned) gate_ = gate;
    return true;
}

}  // namespace workloads
