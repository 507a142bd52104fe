#pragma once

#include <atomic>
#include <csignal>
#include <thread>

#include "bench/serve/service.h"
#include "sys/clock.h"

namespace bench {

// A thread that stops the service at SIGINT, SIGTERM or SIGHUP. Clients then have the time `grace` to close their
// connections. At its end, or at a second signal, the thread ends the whole process.
class StopSignals {
public:
    // Blocks the signals, so that only this thread takes them. Call it before any other thread or process exists: they
    // inherit the block. Child processes end when this process ends.
    [[nodiscard]] static sigset_t block();

    StopSignals(Service& service, const sigset_t& signals, sys::Nanoseconds grace);
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    // For a service that has ended, by itself or by the signals.
    ~StopSignals();

private:
    void wait();

    Service& service_;
    const sigset_t& signals_;
    sys::Nanoseconds grace_;
    std::atomic<bool> ended_{false};
    std::jthread thread_;
};

}  // namespace bench
