// Carrier: the loop's table. Wait mechanism: libev, a watcher for each direction of each descriptor, level-triggered
// epoll inside.
//
// A small and fast loop: watchers are plain structures, and changes of interest are collected until the loop waits.
// Here a watcher stays started as long as its task waits again. Timers are doubles, and the wait is in milliseconds
// (libev's choice), so sleeps end up to a millisecond late. Good where libevent is, with less memory. Its weaknesses: a
// callback gets only its watcher, and times are no finer than a millisecond.
#include <ev.h>

#include <memory>
#include <stdexcept>

#include "models/libraries/library_loop.h"

namespace models {
namespace {

struct Libev {
    struct Loop {
        explicit Loop(const tasks::Demand&) : loop{::ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV)} {
            if (loop == nullptr) throw std::runtime_error{"libev cannot make a loop"};
        }
        Loop(const Loop&) = delete;
        Loop& operator=(const Loop&) = delete;
        ~Loop() { ::ev_loop_destroy(loop); }
        void dispatch(bool wait) const { ::ev_run(loop, wait ? EVRUN_ONCE : EVRUN_NOWAIT); }
        struct ev_loop* loop;
    };
    class Watch {
    public:
        template <class Fired>
        Watch(Loop& loop, int descriptor, Readiness readiness, Fired& fired) : loop_{loop.loop} {
            const auto call = [](struct ev_loop*, ev_io* watcher, int events) {
                auto& told = *static_cast<Fired*>(watcher->data);
                (events & EV_ERROR) != 0 ? told.broken() : told();
            };
            ev_io_init(&watcher_, call, descriptor, is_to_read(readiness) ? EV_READ : EV_WRITE);
            watcher_.data = &fired;
        }
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        ~Watch() { stop(); }
        void start() { ::ev_io_start(loop_, &watcher_); }
        void stop() { ::ev_io_stop(loop_, &watcher_); }

    private:
        struct ev_loop* loop_;
        ev_io watcher_{};
    };
    class Timer {
    public:
        template <class Fired>
        Timer(Loop& loop, Fired& fired) : loop_{loop.loop} {
            const auto call = [](struct ev_loop*, ev_timer* watcher, int) { (*static_cast<Fired*>(watcher->data))(); };
            ev_init(&watcher_, call);
            watcher_.data = &fired;
        }
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;
        ~Timer() { ::ev_timer_stop(loop_, &watcher_); }
        void start(sys::Nanoseconds after) {
            // The timer counts from the loop's cached time, which is that of its last iteration.
            ::ev_now_update(loop_);
            ev_timer_set(&watcher_, static_cast<double>(after.count()) * 1e-9, 0.);
            ::ev_timer_start(loop_, &watcher_);
        }

    private:
        struct ev_loop* loop_;
        ev_timer watcher_{};
    };
};

}  // namespace

extern constinit const Entry libev_entry{
    .name = "libev",
    .family = Family::libraries,
    .carrier = "loop's table",
    .wait_mechanism = "libev (epoll inside)",
    .summary = "one thread, libev's loop",
    .support = support_one_process,
    .make = make_library_model<Libev>,
};

}  // namespace models
