#include "bench/serve/stop_signals.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "sys/check.h"

namespace bench {

sigset_t StopSignals::block() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    // Not if our parent ignores it (nohup).
    struct sigaction action {};
    sys::check(::sigaction(SIGHUP, nullptr, &action), "sigaction");
    if (action.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
    sys::check_error(::pthread_sigmask(SIG_BLOCK, &signals, nullptr), "pthread_sigmask");
    return signals;
}

StopSignals::StopSignals(Service& service, const sigset_t& signals, sys::Nanoseconds grace)
    : service_{service}, signals_{signals}, grace_{grace}, thread_{[this] { wait(); }} {}

StopSignals::~StopSignals() {
    ended_ = true;
    // Wakes the thread, which has the signal blocked and waits for it.
    ::pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
}

void StopSignals::wait() {
    int signal = 0;
    ::sigwait(&signals_, &signal);
    service_.stop();
    const timespec grace = sys::to_timespec(grace_);
    int second = -1;
    do {
        if (!ended_) second = ::sigtimedwait(&signals_, nullptr, &grace);
        if (ended_) return;
    } while (second == -1 && errno == EINTR);  // after Ctrl-Z and fg, for example
    const Service::Counts counts = service_.counts();
    std::fprintf(stderr, "serve: %llu connections cut off: %s\n", static_cast<unsigned long long>(counts.under_way()),
                 second > 0 ? "a second signal" : "not closed within --grace");
    std::puts(to_string(counts).c_str());
    std::fflush(stdout);
    // Shells give this exit code to a program that a signal ended.
    std::_Exit(second > 0 ? 128 + second : 0);
}

}  // namespace bench
