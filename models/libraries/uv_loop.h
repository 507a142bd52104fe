#pragma once

#include <uv.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

#include "models/libraries/captured_exception.h"
#include "models/loop/object_pool.h"
#include "models/loop/run_queue.h"
#include "sys/clock.h"
#include "tasks/operation.h"

namespace models {

// libuv's status numbers are negative errnos, except the one for the end of a stream.
[[nodiscard]] inline tasks::Result uv_result(ssize_t status) {
    return {status == UV_EOF ? 0 : static_cast<std::int64_t>(status)};
}

// An operation that waits, and its result.
struct UvRequest {
    Continuation* continuation = nullptr;
    std::span<std::byte> into;
    tasks::Result result;
};

// The library writes without MSG_NOSIGNAL: its user has to ignore the signal.
class IgnoreSigpipe {
public:
    IgnoreSigpipe() { before_ = std::signal(SIGPIPE, SIG_IGN); }
    IgnoreSigpipe(const IgnoreSigpipe&) = delete;
    IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;
    ~IgnoreSigpipe() { std::signal(SIGPIPE, before_); }

private:
    void (*before_)(int);
};

// libuv's loop with its timers and a run queue. Streams and listeners are handles on it.
class UvLoop : public RunQueue {
public:
    UvLoop() { check(::uv_loop_init(&loop_), "uv_loop_init"); }
    UvLoop(const UvLoop&) = delete;
    UvLoop& operator=(const UvLoop&) = delete;
    // Every handle except the timers must have been closed.
    ~UvLoop();

    // As Reactor::run_once(). Throws std::logic_error if no continuation can ever be resumed.
    void run_once();
    // Closes the timers, and runs until every handle that was closed is gone. Afterwards only the destructor follows.
    void finish_closing() noexcept;

    // Resumes the continuation at `until`, rounded up to a whole millisecond: libuv's timers know nothing finer.
    void wait_until(sys::TimePoint until, Continuation& continuation);

    // Counts the continuations that wait for the library.
    void add_waiting() noexcept { ++waiting_; }
    void remove_waiting() noexcept { --waiting_; }
    // Resumes a continuation that waited.
    void resume(Continuation& continuation) noexcept;
    // Every callback runs inside this function: it keeps an exception until run_once().
    template <class Function>
    void guard(Function function) noexcept {
        failure_.guard(function);
        if (failure_.is_there()) ::uv_stop(&loop_);
    }

    [[nodiscard]] uv_loop_t* native() noexcept { return &loop_; }
    // A stream reads into this buffer if its task offers none.
    [[nodiscard]] std::span<char> buffer() noexcept { return buffer_; }

    static void check(int status, const char* call) {
        if (status < 0) throw std::runtime_error{std::string{call} + ": " + ::uv_strerror(status)};
    }

private:
    struct Sleeper {
        explicit Sleeper(UvLoop& loop) : owner{loop} {
            ::uv_timer_init(&loop.loop_, &timer);
            timer.data = this;
        }
        UvLoop& owner;
        Continuation* continuation = nullptr;
        uv_timer_t timer{};
    };
    static void on_time(uv_timer_t* timer);

    IgnoreSigpipe ignore_sigpipe_;
    uv_loop_t loop_{};
    std::size_t waiting_ = 0;
    CapturedException failure_;
    ObjectPool<Sleeper> sleepers_;
    std::array<char, 65'536> buffer_;  // the size that the library suggests
};

}  // namespace models
