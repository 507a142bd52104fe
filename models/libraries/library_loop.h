#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/libraries/captured_exception.h"
#include "models/loop/run_queue.h"
#include "models/loop/socket_calls.h"
#include "sys/clock.h"

namespace models {

// A loop over an event library, in that library's idiom: an event for each direction of each descriptor, made once and
// added and deleted by the library's calls, a timer object for each sleep, and the library's own dispatch. What the
// library has no word for (whose turn it is, events between tasks) is in RunQueue.
//
// Library: has Loop (the library's, with dispatch(bool wait)), Watch (loop, descriptor, Readiness, fired) with start()
// and stop(), and Timer (loop, fired) with start(nanoseconds). `fired` is a callable object that is kept by address and
// throws nothing, for there is a C library between; a Watch calls its fired.broken() where the library gives it up.
// All of the others throw where the library fails.
template <class Library>
class LibraryLoop : public RunQueue {
public:
    void wait_ready(Readiness readiness, int descriptor, Continuation& continuation) {
        Side& side = side_of(readiness, descriptor);
        if (side.watch == nullptr) {
            side.watch = std::make_unique<typename Library::Watch>(loop_, descriptor, readiness, side);
        }
        side.continuation = &continuation;
        ++waiting_;
        if (!std::exchange(side.started, true)) side.watch->start();
    }
    void wait_until(sys::TimePoint time, Continuation& continuation) {
        if (free_.empty()) {
            timers_.push_back(std::make_unique<Sleeper>(*this));
            free_.push_back(timers_.back().get());
        }
        Sleeper& sleeper = *free_.back();
        free_.pop_back();
        sleeper.until = time;
        sleeper.continuation = &continuation;
        ++waiting_;
        sleeper.start();
    }
    void mark_ready(int) noexcept {}
    void forget(int descriptor) {
        const auto index = static_cast<std::size_t>(descriptor);
        if (index >= watched_.size()) return;
        for (const auto& side : {&watched_[index].reader, &watched_[index].writer}) {
            if (*side == nullptr) continue;
            if ((*side)->continuation != nullptr) --waiting_;
            side->reset();
        }
    }

    // Throws std::logic_error when nothing is left that could ever wake.
    void turn() {
        if (!has_posted() && waiting_ == 0) {
            throw std::logic_error{"event loop: every task waits for something that nobody will do"};
        }
        resume_posted();
        if (waiting_ > 0) loop_.dispatch(!has_posted());
        failure_.rethrow();
    }

private:
    // One direction of a descriptor. It stays started while its task comes back for more, and is stopped when it fires
    // and nobody waits.
    struct Side {
        explicit Side(LibraryLoop& loop) : owner{loop} {}
        void operator()() noexcept {
            owner.failure_.guard([this] {
                if (continuation == nullptr) {
                    started = false;
                    return watch->stop();
                }
                --owner.waiting_;
                std::exchange(continuation, nullptr)->resume();
            });
        }
        void broken() noexcept {
            owner.failure_.guard(
                [] { throw std::runtime_error{"the event library cannot wait for a descriptor any longer"}; });
        }
        LibraryLoop& owner;
        std::unique_ptr<typename Library::Watch> watch;
        Continuation* continuation = nullptr;
        bool started = false;
    };
    struct Watched {
        std::unique_ptr<Side> reader;
        std::unique_ptr<Side> writer;
    };
    struct Sleeper {
        explicit Sleeper(LibraryLoop& loop) : owner{loop}, timer{loop.loop_, *this} {}
        void start() { timer.start(std::max(sys::Nanoseconds{0}, sys::Nanoseconds{until - sys::now()})); }
        void operator()() noexcept {
            owner.failure_.guard([this] {
                // The library's clock may be a little behind ours.
                if (sys::now() < until) return start();
                --owner.waiting_;
                owner.free_.push_back(this);
                std::exchange(continuation, nullptr)->resume();
            });
        }
        LibraryLoop& owner;
        sys::TimePoint until;
        Continuation* continuation = nullptr;
        typename Library::Timer timer;
    };

    Side& side_of(Readiness readiness, int descriptor) {
        const auto index = static_cast<std::size_t>(descriptor);
        if (index >= watched_.size()) watched_.resize(std::max(index + 1, 2 * watched_.size()));
        auto& side = readiness == Readiness::readable ? watched_[index].reader : watched_[index].writer;
        if (side == nullptr) side = std::make_unique<Side>(*this);
        return *side;
    }

    typename Library::Loop loop_;   // ended last: the objects below are registered with it
    std::vector<Watched> watched_;  // by descriptor
    std::vector<std::unique_ptr<Sleeper>> timers_;
    std::vector<Sleeper*> free_;
    std::size_t waiting_ = 0;
    CapturedException failure_;
};

}  // namespace models
