#include "models/workers/carriers.h"

#include <chrono>
#include <csignal>

#include "sys/clock.h"

namespace models {
namespace {

// By default a process ignores it. So one that comes late does no harm.
constexpr int call_back = SIGURG;

// Without SA_RESTART: the system call returns EINTR. The handler stays, because another run may be abandoned at the
// same time.
void install_handler() noexcept {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(call_back, &action, nullptr);
}

}  // namespace

Carriers::Carrier::Carrier(Carriers& carriers) : carriers_{carriers} {
    const std::scoped_lock lock{carriers_.mutex_};
    carriers_.carriers_.push_front(this);
    place_ = carriers_.carriers_.begin();
}

Carriers::Carrier::~Carrier() {
    const std::scoped_lock lock{carriers_.mutex_};
    carriers_.carriers_.erase(place_);
}

void Carriers::abandon(std::exception_ptr failure, const Carrier* own) noexcept {
    {
        const std::scoped_lock lock{mutex_};
        if (failure_) return;
        failure_ = std::move(failure);
    }
    install_handler();
    abandonment_.begin();
    if (wake_) wake_();
    // A signal that comes just before the system call is lost, so it is sent again. None is busy twice in a row: a
    // thread that took a task at the same moment may be seen late.
    for (int quiet = 0; quiet < 2;) {
        quiet = interrupt_others(own) ? 0 : quiet + 1;
        sys::sleep_until(sys::now() + std::chrono::microseconds{200});
    }
}

bool Carriers::interrupt_others(const Carrier* own) {
    bool found = false;
    const std::scoped_lock lock{mutex_};
    for (const Carrier* const carrier : carriers_) {
        if (carrier == own || !carrier->busy_.load(std::memory_order_acquire)) continue;
        ::pthread_kill(carrier->thread_.load(std::memory_order_relaxed), call_back);
        found = true;
    }
    return found;
}

void Carriers::rethrow_failure() {
    const std::scoped_lock lock{mutex_};
    if (failure_) std::rethrow_exception(failure_);
}

}  // namespace models
