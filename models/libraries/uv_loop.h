#pragma once

#include <uv.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/libraries/captured_exception.h"
#include "models/libraries/uv_stream.h"
#include "models/loop/run_queue.h"
#include "models/loop/socket_calls.h"
#include "sys/clock.h"

namespace models {

// The library writes without MSG_NOSIGNAL, and leaves it to its user to ignore the signal.
class IgnoreSigpipe {
public:
    IgnoreSigpipe() { before_ = std::signal(SIGPIPE, SIG_IGN); }
    IgnoreSigpipe(const IgnoreSigpipe&) = delete;
    IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;
    ~IgnoreSigpipe() { std::signal(SIGPIPE, before_); }

private:
    void (*before_)(int);
};

class UvLoop;

// Where connections come.
class UvListener {
public:
    // The descriptor is the task's. Throws std::runtime_error where it cannot be polled.
    UvListener(UvLoop& loop, int descriptor);
    UvListener(const UvListener&) = delete;
    UvListener& operator=(const UvListener&) = delete;

    void accept(UvRequest& request);
    [[nodiscard]] bool waited_for() const noexcept { return !acceptors_.empty(); }
    // It is gone when the library has done with it.
    static void close(std::unique_ptr<UvListener> listener);

private:
    static void on_ready(uv_poll_t* poll, int status, int events);

    UvLoop& loop_;
    uv_poll_t poll_{};
    bool polling_ = false;
    SocketOperation accept_;
    std::deque<UvRequest*> acceptors_;
};

// libuv's loop, and whose turn it is.
class UvLoop : public RunQueue {
public:
    UvLoop() { check(::uv_loop_init(&loop_), "uv_loop_init"); }
    UvLoop(const UvLoop&) = delete;
    UvLoop& operator=(const UvLoop&) = delete;
    ~UvLoop() {
        for (Place& place : by_descriptor_) {
            if (place.stream != nullptr) place.stream->close();
            if (place.listener != nullptr) UvListener::close(std::move(place.listener));
        }
        for (Sleeper& sleeper : sleepers_) ::uv_close(reinterpret_cast<uv_handle_t*>(&sleeper.timer), nullptr);
        // What is left to do is to close them.
        ::uv_run(&loop_, UV_RUN_DEFAULT);
        ::uv_loop_close(&loop_);
    }

    // Throws std::logic_error when nothing is left that could ever wake.
    void turn() {
        if (!has_posted() && waiting_ == 0) {
            throw std::logic_error{"libuv: every task waits for something that nobody will do"};
        }
        resume_posted();
        ::uv_run(&loop_, has_posted() || waiting_ == 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
        failure_.rethrow();
    }

    // Null where they cannot be had: then the result tells why.
    [[nodiscard]] UvStream* stream_of(int descriptor, tasks::Result& result) {
        UvStream*& found = of(descriptor).stream;
        if (found != nullptr) return found;
        if (free_.empty()) free_.push_back(&streams_.emplace_back(*this));
        UvStream& free = *free_.back();
        free_.pop_back();
        result = uv_outcome(free.open(descriptor));
        if (!result.failed()) found = &free;
        return found;
    }
    [[nodiscard]] UvListener& listener_of(int descriptor) {
        auto& found = of(descriptor).listener;
        if (found == nullptr) found = std::make_unique<UvListener>(*this, descriptor);
        return *found;
    }
    // May be used again.
    void free(UvStream& stream) { free_.push_back(&stream); }
    // To be called before the task closes its own. A listener for which others wait is kept.
    void forget(int descriptor) {
        auto& [stream, listener] = of(descriptor);
        if (stream != nullptr) std::exchange(stream, nullptr)->close();
        if (listener != nullptr && !listener->waited_for()) UvListener::close(std::move(listener));
    }

    // In whole milliseconds, as the library has it, and not before `until`.
    void wait_until(sys::TimePoint until, Continuation& continuation) {
        // Its clock is ours; it looks at it once in a turn, and counts from there.
        const auto due = std::chrono::ceil<std::chrono::milliseconds>(until.time_since_epoch()).count();
        const std::int64_t after = due - static_cast<std::int64_t>(::uv_now(&loop_));
        // In the library such a timer would come again before any socket had its turn.
        if (after <= 0) return post(continuation);
        if (free_sleepers_.empty()) {
            Sleeper& made = sleepers_.emplace_back(*this);
            ::uv_timer_init(&loop_, &made.timer);
            made.timer.data = &made;
            free_sleepers_.push_back(&made);
        }
        Sleeper& sleeper = *free_sleepers_.back();
        free_sleepers_.pop_back();
        sleeper.continuation = &continuation;
        ++waiting_;
        ::uv_timer_start(&sleeper.timer, on_time, static_cast<std::uint64_t>(after), 0);
    }

    void waits() noexcept { ++waiting_; }
    void waits_no_more() noexcept { --waiting_; }
    void resume(Continuation& continuation) noexcept {
        --waiting_;
        guard([&] { continuation.resume(); });
        // Timers are due before the library waits: it must not, if somebody else's turn has come by that.
        if (has_posted()) ::uv_stop(&loop_);
    }
    // For callbacks.
    template <class Function>
    void guard(Function function) noexcept {
        failure_.guard(function);
        if (failure_.is_there()) ::uv_stop(&loop_);
    }

    [[nodiscard]] uv_loop_t* native() noexcept { return &loop_; }
    // What nobody has room for is read into this one.
    [[nodiscard]] std::span<char> buffer() noexcept { return buffer_; }

    static void check(int status, const char* call) {
        if (status < 0) throw std::runtime_error{std::string{call} + ": " + ::uv_strerror(status)};
    }

private:
    struct Place {
        UvStream* stream = nullptr;
        std::unique_ptr<UvListener> listener;
    };
    [[nodiscard]] Place& of(int descriptor) {
        const auto index = static_cast<std::size_t>(descriptor);
        if (index >= by_descriptor_.size()) by_descriptor_.resize(std::max(index + 1, 2 * by_descriptor_.size()));
        return by_descriptor_[index];
    }

    struct Sleeper {
        explicit Sleeper(UvLoop& loop) : owner{loop} {}
        UvLoop& owner;
        Continuation* continuation = nullptr;
        uv_timer_t timer{};
    };
    static void on_time(uv_timer_t* timer) {
        auto& sleeper = *static_cast<Sleeper*>(timer->data);
        sleeper.owner.guard([&] { sleeper.owner.free_sleepers_.push_back(&sleeper); });
        sleeper.owner.resume(*std::exchange(sleeper.continuation, nullptr));
    }

    IgnoreSigpipe ignore_sigpipe_;
    uv_loop_t loop_{};
    std::size_t waiting_ = 0;
    CapturedException failure_;
    std::deque<UvStream> streams_;  // never moved: the library points to them
    std::vector<UvStream*> free_;
    std::vector<Place> by_descriptor_;
    std::deque<Sleeper> sleepers_;  // likewise
    std::vector<Sleeper*> free_sleepers_;
    std::array<char, 65'536> buffer_;  // as much as the library suggests
};

}  // namespace models
