#include "models/libraries/uv_loop.h"

#include <chrono>
#include <cstdint>
#include <utility>

namespace models {

UvLoop::~UvLoop() {
    finish_closing();
    ::uv_loop_close(&loop_);
}

// A run that failed may leave a timer that is due in an hour, and a continuation that no longer exists.
void UvLoop::finish_closing() noexcept {
    for (Sleeper& sleeper : sleepers_) {
        auto* const handle = reinterpret_cast<uv_handle_t*>(&sleeper.timer);
        if (::uv_is_closing(handle) == 0) ::uv_close(handle, nullptr);
    }
    ::uv_run(&loop_, UV_RUN_DEFAULT);
}

void UvLoop::run_once() {
    require_progress(waiting_ > 0);
    resume_posted();
    // The library runs by itself, as in programs that are written for it, until resume() stops it.
    ::uv_run(&loop_, has_posted() || waiting_ == 0 ? UV_RUN_NOWAIT : UV_RUN_DEFAULT);
    failure_.rethrow();
}

void UvLoop::wait_until(sys::TimePoint until, Continuation& continuation) {
    // The library has the same clock, but reads it once in an iteration and counts from there.
    const auto due = std::chrono::ceil<std::chrono::milliseconds>(until.time_since_epoch()).count();
    const std::int64_t after = due - static_cast<std::int64_t>(::uv_now(&loop_));
    // The library would run such a timer again and again before it looks at any socket.
    if (after <= 0) return post(continuation);
    Sleeper& sleeper = sleepers_.take(*this);
    sleeper.continuation = &continuation;
    ++waiting_;
    ::uv_timer_start(&sleeper.timer, on_time, static_cast<std::uint64_t>(after), 0);
}

void UvLoop::on_time(uv_timer_t* timer) {
    auto& sleeper = *static_cast<Sleeper*>(timer->data);
    sleeper.owner.guard([&] { sleeper.owner.sleepers_.give_back(sleeper); });
    sleeper.owner.resume(*std::exchange(sleeper.continuation, nullptr));
}

void UvLoop::resume(Continuation& continuation) noexcept {
    --waiting_;
    guard([&] { continuation.resume(); });
    // The library must not wait if the run queue has work, or if no continuation waits for the library any more.
    if (has_posted() || waiting_ == 0) ::uv_stop(&loop_);
}

}  // namespace models
