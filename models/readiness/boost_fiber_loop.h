#pragma once

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/context.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/scheduler.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "models/loop/pollers.h"
#include "models/loop/reactor.h"
#include "sys/clock.h"

namespace models {

// A scheduling algorithm for Boost.Fiber: fibers run in the order in which they became ready; sockets are looked at
// once in each round.
class BoostFiberLoop {
public:
    // Fibers that may go on are in its run queue until somebody gives them to the library's scheduler.
    class FiberReactor final : public Reactor {
    public:
        using Reactor::Reactor;
        using RunQueue::resume_posted;
    };
    [[nodiscard]] FiberReactor& reactor() noexcept { return reactor_; }
    [[nodiscard]] std::exception_ptr& failure() noexcept { return failure_; }

    // While it lives, the algorithm schedules the fibers of this thread.
    class Use {
    public:
        explicit Use(BoostFiberLoop& loop) {
            loop.main_ = boost::fibers::context::active();
            boost::fibers::use_scheduling_algorithm<Algorithm>(loop);
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use() { boost::fibers::use_scheduling_algorithm<boost::fibers::algo::round_robin>(); }
    };

    // The fiber that called run() becomes ready, if it waits in wait_in_main().
    void resume_main() noexcept {
        if (std::exchange(main_waits_, false)) boost::fibers::context::active()->schedule(main_);
    }
    void wait_in_main() noexcept {
        main_waits_ = true;
        boost::fibers::context::active()->suspend();
    }

private:
    class Algorithm final : public boost::fibers::algo::algorithm {
    public:
        explicit Algorithm(BoostFiberLoop& loop) : loop_{loop} {}
        void awakened(boost::fibers::context* fiber) noexcept override { fiber->ready_link(ready_); }
        boost::fibers::context* pick_next() noexcept override {
            if (ready_.empty()) return nullptr;
            // The library's dispatcher fiber asks once in each round. So fibers that are always ready do not starve the
            // sockets.
            const bool new_round =
                boost::fibers::context::active()->is_context(boost::fibers::type::dispatcher_context);
            if (new_round && !std::exchange(has_looked_, false)) loop_.look();
            boost::fibers::context* const first = &ready_.front();
            ready_.pop_front();
            return first;
        }
        bool has_ready_fibers() const noexcept override { return !ready_.empty(); }
        void suspend_until(const std::chrono::steady_clock::time_point& latest) noexcept override {
            loop_.wait(latest == latest.max() ? std::nullopt : std::optional{latest});
            has_looked_ = true;
        }
        // Only other threads would need a notification.
        void notify() noexcept override {}

    private:
        BoostFiberLoop& loop_;
        boost::fibers::scheduler::ready_queue_type ready_;
        bool has_looked_ = false;  // in this round, because the round began with a wait
    };

    void look() noexcept {
        if (!failure_ && reactor_.waits_for_descriptor()) wait(sys::TimePoint{});
    }
    void wait(std::optional<sys::TimePoint> latest) noexcept {
        try {
            reactor_.run_once(latest);
        } catch (...) {
            failure_ = std::current_exception();
            resume_main();
        }
    }

    FiberReactor reactor_{make_epoll_poller()};
    std::exception_ptr failure_;
    boost::fibers::context* main_ = nullptr;
    bool main_waits_ = false;
};

}  // namespace models
