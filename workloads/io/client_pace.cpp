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
        if (const std::optional<std::uint64_t> number = draw()) return send_when_due(*number);
    }
    return arrive();
}

std::optional<std::uint64_t> WindowPace::draw() noexcept {
    if (waker_ == nullptr) return windows_->draw();
    // Four requests cost dozens of system calls, so the common counter is of no account. A larger batch would be too
    // much for a shard whose clients are served slowly: it would end long after the others. Requests at fixed times are
    // not batched: each shard takes the one that is due next.
    constexpr std::uint64_t batch_most = 4;
    return windows_->draw(shard_, open_loop() ? 1 : batch_most);
}

ClientStep WindowPace::arrive() noexcept {
    const Windows::Arrival arrival = windows_->arrive(last_answer_);
    gate_ = arrival.gate;
    const bool turns = arrival.last && waker_ == nullptr;
    state_ = turns ? State::last : State::arrived;
    if (arrival.last && !turns) waker_->wake(0);
    return turns ? ClientStep::turn : ClientStep::await;
}

ClientStep WindowPace::enter_window() noexcept {
    state_ = State::serving;
    return windows_->is_open() ? send_when_due(client_) : ClientStep::finish;
}

ClientStep WindowPace::send_when_due(std::uint64_t number) noexcept {
    number_ = number;
    if (!open_loop()) return ClientStep::send;
    due_ = windows_->opened() + arrivals_->offset(number);
    if (sys::now() >= due_) return ClientStep::send;
    state_ = State::sleeping;
    return ClientStep::sleep;
}

void WindowPace::answered(sys::TimePoint sent, sys::TimePoint now, std::uint64_t bytes, RequestClass of) noexcept {
    last_answer_ = now;
    windows_->done(client_, bytes);
    // The first round is not timed.
    if (!windows_->is_open()) return;
    const auto record = [&](ShardedHistogram& times, sys::TimePoint from) {
        times.shard(shard_).record(sys::Nanoseconds{now - from}.count());
    };
    const sys::TimePoint from = open_loop() ? due_ : sent;
    if (of == RequestClass::other) return record(statistics_->latency_of_others(), from);
    record(statistics_->latency(), from);
    if (open_loop()) record(statistics_->latency_uncorrected(), sent);
}

bool WindowPace::fail() noexcept {
    const std::size_t gate = windows_->fail();
    // If this client has turned a gate, the others still wait at that gate.
    if (state_ != State::turned) gate_ = gate;
    if (waker_ != nullptr) waker_->wake_all();
    return true;
}

}  // namespace workloads
