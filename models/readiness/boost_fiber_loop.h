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

// What the library's scheduler runs: in turn, and sockets once in each round.
class BoostFiberLoop {
public:
    [[nodiscard]] Reactor& reactor() noexcept { return reactor_; }
    [[nodiscard]] std::exception_ptr& failure() noexcept { return failure_; }

    // As long as it lives, this thread's fibers are scheduled by it.
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

    // The caller of run() goes on, if it is not about to.
    void wake_main() noexcept {
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
            // The library's own fiber asks once in each round: those who are always ready do not keep the sockets from
            // their turn.
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
        // There is one thread.
        void notify() noexcept override {}

    private:
        BoostFiberLoop& loop_;
        boost::fibers::scheduler::ready_queue_type ready_;
        bool has_looked_ = false;  // in this round, where it began with a wait
    };

    void look() noexcept {
        if (!failure_ && reactor_.anybody_waits()) wait(sys::TimePoint{});
    }
    void wait(std::optional<sys::TimePoint> latest) noexcept {
        try {
            reactor_.turn(latest);
        } catch (...) {
            failure_ = std::current_exception();
            wake_main();
        }
    }

    Reactor reactor_{make_epoll_poller()};
    std::exception_ptr failure_;
    boost::fibers::context* main_ = nullptr;
    bool main_waits_ = false;
};

}  // namespace models
