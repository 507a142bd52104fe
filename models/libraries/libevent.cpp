// Carrier: the loop's table. Wait mechanism: libevent, an event for each direction of each descriptor, level-triggered
// epoll inside.
//
// The classic event library in C: event_new, event_add, a callback. Here a persistent event stays added as long as its
// task waits again. If tasks of the job sleep, timers are precise (EVENT_BASE_FLAG_PRECISE_TIMER: a timerfd, and a
// system call more in every wait); the default rounds to milliseconds. Bufferevents are not used, since tasks bring
// their own buffers. Good for portable C. Its weakness: an active event passes through priority queues, which costs
// more than a bare loop.
#include <event2/event.h>
#include <sys/timerfd.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>

#include "models/libraries/library_loop.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace models {
namespace {

struct Freed {
    void operator()(event* one) const noexcept { ::event_free(one); }
    void operator()(event_base* one) const noexcept { ::event_base_free(one); }
    void operator()(event_config* one) const noexcept { ::event_config_free(one); }
};
template <class Object>
using Owned = std::unique_ptr<Object, Freed>;

template <class Object>
Owned<Object> owned(Object* made) {
    if (made == nullptr) throw std::runtime_error{"libevent cannot make an object"};
    return Owned<Object>{made};
}

// The result 1 is no failure: there was nothing to wait for.
void check(int result, const char* call) {
    if (result == -1) throw std::runtime_error{std::string{call} + " failed in libevent"};
}

template <class Fired>
void call(evutil_socket_t, short, void* fired) {
    (*static_cast<Fired*>(fired))();
}

struct Libevent {
    struct Loop {
        explicit Loop(const tasks::Demand& demand) {
            const auto config = owned(::event_config_new());
            ::event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
            if (demand.sleeps) ::event_config_set_flag(config.get(), EVENT_BASE_FLAG_PRECISE_TIMER);
            base = owned(::event_base_new_with_config(config.get()));
        }
        void dispatch(bool wait) const {
            check(::event_base_loop(base.get(), EVLOOP_ONCE | (wait ? 0 : EVLOOP_NONBLOCK)), "event_base_loop");
        }
        Owned<event_base> base;
    };
    class Watch {
    public:
        template <class Fired>
        Watch(Loop& loop, int descriptor, Readiness readiness, Fired& fired)
            : event_{owned(::event_new(loop.base.get(), descriptor,
                                       static_cast<short>((is_to_read(readiness) ? EV_READ : EV_WRITE) | EV_PERSIST),
                                       call<Fired>, &fired))} {}
        void start() { check(::event_add(event_.get(), nullptr), "event_add"); }
        void stop() { check(::event_del(event_.get()), "event_del"); }

    private:
        Owned<event> event_;
    };
    class Timer {
    public:
        template <class Fired>
        Timer(Loop& loop, Fired& fired)
            : base_{loop.base.get()}, event_{owned(::event_new(base_, -1, 0, call<Fired>, &fired))} {}
        void start(sys::Nanoseconds after) {
            const auto us = (after.count() + 999) / 1000;
            const timeval time{.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
            // In a callback the timer would count from the cached time, when the first callback of this round began.
            check(::event_base_update_cache_time(base_), "event_base_update_cache_time");
            check(::event_add(event_.get(), &time), "event_add");
        }

    private:
        event_base* base_;
        Owned<event> event_;
    };
};

// The library does not notice that it has no precise timers, and waits for ever.
Support precise_timers() {
    const sys::UniqueFd timer{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
    const itimerspec never{};
    if (timer && ::timerfd_settime(timer.get(), 0, &never, nullptr) == 0) return Support::yes();
    return Support::no("libevent's precise timers need a timerfd: " + sys::error_text(errno));
}

}  // namespace

extern constinit const Entry libevent_entry{
    .name = "libevent",
    .family = Family::libraries,
    .carrier = "loop's table",
    .wait_mechanism = "libevent (epoll inside)",
    .summary = "one thread, libevent's loop",
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal(
                {support_one_process(demand, arguments), demand.sleeps ? precise_timers() : Support::yes()});
        },
    .make = make_library_model<Libevent>,
};

}  // namespace models
