#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/libraries/captured_exception.h"
#include "models/loop/object_pool.h"
#include "models/loop/readiness_operation.h"
#include "models/loop/run_queue.h"
#include "models/loop/socket_calls.h"
#include "models/loop/table_model.h"
#include "models/model.h"
#include "sys/clock.h"
#include "tasks/job.h"

namespace models {

// What an event library calls: an object that is kept by address. It throws nothing, for its caller is a C library.
// broken(): the library can no longer wait for the descriptor.
struct AnyFired {
    void operator()() noexcept;
    void broken() noexcept;
};

// An event library: its loop, a watch for one direction of a descriptor, and a timer. The loop is made for a job: it
// leaves out what the job does not need. Their functions throw if the library fails.
template <class Library>
concept EventLibrary = std::constructible_from<typename Library::Loop, const tasks::Demand&> &&
    std::constructible_from<typename Library::Watch, typename Library::Loop&, int, Readiness, AnyFired&> &&
    std::constructible_from<typename Library::Timer, typename Library::Loop&, AnyFired&> &&
    requires(typename Library::Loop& loop, typename Library::Watch& watch, typename Library::Timer& timer, bool wait,
             sys::Nanoseconds after) {
    loop.dispatch(wait);
    watch.start();
    watch.stop();
    timer.start(after);
};

// A loop over an event library, as its users write it: a watch for each direction of each descriptor, made once,
// started and stopped; a timer for each sleep; and the library's own dispatch. RunQueue does what the library cannot
// (yielding, events between tasks).
template <EventLibrary Library>
class LibraryLoop : public RunQueue {
public:
    explicit LibraryLoop(const tasks::Demand& demand) : loop_{demand}, sleeps_{demand.sleeps} {}

    void wait_ready(Readiness readiness, int descriptor, Continuation& continuation) {
        Side& side = side_of(readiness, descriptor);
        if (side.watch == nullptr) {
            side.watch = std::make_unique<typename Library::Watch>(loop_, descriptor, readiness, side);
        }
        assert(side.continuation == nullptr);
        side.continuation = &continuation;
        ++waiting_;
        if (!std::exchange(side.started, true)) side.watch->start();
    }
    // Throws std::logic_error if the job's demand says that no task sleeps: the loop may lack precise timers then.
    void wait_until(sys::TimePoint time, Continuation& continuation) {
        if (!sleeps_) throw std::logic_error{"a task sleeps, and the job's demand says that none does"};
        Sleeper& sleeper = sleepers_.take(*this);
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

    // As Reactor::run_once(). Throws std::logic_error if no continuation can ever be resumed.
    void run_once() {
        require_progress(waiting_ > 0);
        resume_posted();
        if (waiting_ > 0) loop_.dispatch(!has_posted());
        failure_.rethrow();
    }

private:
    // One direction of a descriptor. Its watch stays started after it fires, because the task usually waits again soon.
    // If it fires while no task waits, it is stopped.
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
                [] { throw std::runtime_error{"the event library can no longer wait for a descriptor"}; });
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
                // The library's clock may be slightly behind ours.
                if (sys::now() < until) return start();
                --owner.waiting_;
                owner.sleepers_.give_back(*this);
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
        auto& side = is_to_read(readiness) ? watched_[index].reader : watched_[index].writer;
        if (side == nullptr) side = std::make_unique<Side>(*this);
        return *side;
    }

    typename Library::Loop loop_;  // destroyed last: the objects below are registered with it
    bool sleeps_;
    std::vector<Watched> watched_;  // by descriptor
    ObjectPool<Sleeper> sleepers_;
    std::size_t waiting_ = 0;
    CapturedException failure_;
};

// For Entry::make: the loop's table over an event library.
template <EventLibrary Library>
[[nodiscard]] std::unique_ptr<Model> make_library_model(const tasks::Job& job, tasks::Ledger& ledger,
                                                        const tasks::Arguments&) {
    using Loop = LibraryLoop<Library>;
    return std::make_unique<TableModel<Loop, ReadinessOperation<Loop>>>(job, ledger, job.demand());
}

}  // namespace models
