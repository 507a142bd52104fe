#include "models/loop/reactor.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace models {
namespace {

constexpr auto later = [](const auto& a, const auto& b) { return a.time > b.time; };

}  // namespace

Reactor::Reactor(std::unique_ptr<Poller> poller) : poller_{std::move(poller)} {}

void Reactor::wait_ready(Readiness readiness, int descriptor, Continuation& continuation) {
    assert(descriptor >= 0 && readiness != Readiness::done);
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= watched_.size()) watched_.resize(std::max(index + 1, 2 * watched_.size()));
    Watched& watched = watched_[index];
    const Interest wanted = is_to_read(readiness) ? Interest::readable : Interest::writable;
    if (includes(watched.missed, wanted)) {
        watched.missed = without(watched.missed, wanted);
        return post(continuation);
    }
    Continuation*& place = is_to_read(readiness) ? watched.reader : watched.writer;
    assert(place == nullptr);
    place = &continuation;
    ++waiting_;
    if (readiness == Readiness::acceptable && poller_->shares_listeners()) return register_shared(descriptor, watched);
    register_interest(descriptor, watched);
}

void Reactor::mark_ready(int descriptor) {
    if (!poller_->edge_triggered()) return;
    Watched& watched = watched_[static_cast<std::size_t>(descriptor)];
    watched.missed = watched.missed | Interest::readable;
}

void Reactor::register_interest(int descriptor, Watched& watched) {
    if (poller_->edge_triggered()) {
        // Registered once for both directions: an edge that comes while no continuation waits is kept in `missed`.
        if (!watched.known) poller_->watch(descriptor, Interest::both, false);
        watched.known = true;
        return;
    }
    const Interest wanted = interest_of(watched.reader != nullptr, watched.writer != nullptr);
    if (watched.known && watched.registered == wanted) return;
    if (wanted == Interest::none) return forget(descriptor);
    poller_->watch(descriptor, wanted, watched.known);
    watched.registered = wanted;
    watched.known = true;
}

void Reactor::register_shared(int listener, Watched& watched) {
    if (watched.known) return;
    poller_->watch_shared(listener);
    watched.registered = Interest::readable;
    watched.known = true;
    watched.shared = true;
}

void Reactor::wait_until(sys::TimePoint time, Continuation& continuation) {
    timers_.push_back({time, &continuation});
    std::ranges::push_heap(timers_, later);
}

void Reactor::forget(int descriptor) {
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= watched_.size() || !watched_[index].known) return;
    poller_->forget(descriptor);
    // No continuation should wait here any longer. If one does, the next socket with this number must not resume it.
    Watched& watched = watched_[index];
    waiting_ -=
        static_cast<std::size_t>(watched.reader != nullptr) + static_cast<std::size_t>(watched.writer != nullptr);
    watched = {};
}

void Reactor::run_once(std::optional<sys::TimePoint> latest) {
    require_progress(waiting_ > 0 || !timers_.empty() || latest);
    resume_posted();
    resume_due();

    // Without a continuation that waits for a descriptor or a time there is nothing to ask the kernel.
    if (waiting_ == 0 && (has_posted() || (timers_.empty() && !latest))) return;
    poller_->wait(time_to_wait(latest), ready_);
    for (const Ready& ready : ready_) resume_ready(ready);
    ready_.clear();
    resume_due();
}

void Reactor::resume_due() {
    if (timers_.empty()) return;
    const sys::TimePoint now = sys::now();
    // First taken out, then resumed: a task that sleeps again until a time that has passed must not starve the sockets.
    while (!timers_.empty() && timers_.front().time <= now) {
        std::ranges::pop_heap(timers_, later);
        due_.push_back(timers_.back().continuation);
        timers_.pop_back();
    }
    resume_all(due_);
}

void Reactor::resume_ready(const Ready& ready) {
    // A continuation that was resumed just before may have forgotten this descriptor, or closed it and opened another
    // with the same number. At worst, an attempt finds nothing.
    const auto index = static_cast<std::size_t>(ready.descriptor);
    if (!watched_[index].known) return;
    // Data and the end of the stream came with one edge: the task that takes the data must find the end without
    // another.
    if (ready.hung_up) watched_[index].missed = watched_[index].missed | Interest::readable;
    const bool read = includes(ready.interest, Interest::readable) && watched_[index].reader != nullptr;
    const bool write = includes(ready.interest, Interest::writable) && watched_[index].writer != nullptr;
    if (read) {
        --waiting_;
        std::exchange(watched_[index].reader, nullptr)->resume();
    }
    if (write && watched_[index].writer != nullptr) {
        --waiting_;
        std::exchange(watched_[index].writer, nullptr)->resume();
    }
    // The next connection must wake another loop. An acceptor that waits again at once keeps the registration.
    if (watched_[index].shared && watched_[index].reader == nullptr) return forget(ready.descriptor);
    if (poller_->edge_triggered()) {
        const Interest untaken = without(ready.interest, interest_of(read, write));
        if (watched_[index].known) watched_[index].missed = watched_[index].missed | untaken;
        return;
    }
    // A level-triggered poller would report for ever a ready descriptor that no continuation waits for.
    if (!read && !write) register_interest(ready.descriptor, watched_[index]);
}

Poller::Timeout Reactor::time_to_wait(std::optional<sys::TimePoint> latest) const {
    if (has_posted()) return sys::Nanoseconds{0};
    if (!timers_.empty()) latest = std::min(timers_.front().time, latest.value_or(timers_.front().time));
    if (!latest) return std::nullopt;
    return std::max(sys::Nanoseconds{0}, sys::Nanoseconds{*latest - sys::now()});
}

}  // namespace models
