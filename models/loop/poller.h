#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sys/clock.h"

namespace models {

enum class Interest : std::uint8_t { none = 0, readable = 1, writable = 2, both = 3 };
[[nodiscard]] constexpr Interest operator|(Interest a, Interest b) noexcept {
    return Interest(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
[[nodiscard]] constexpr Interest without(Interest whole, Interest part) noexcept {
    return Interest(static_cast<unsigned>(whole) & ~static_cast<unsigned>(part));
}
[[nodiscard]] constexpr bool includes(Interest whole, Interest part) noexcept {
    return (static_cast<unsigned>(whole) & static_cast<unsigned>(part)) != 0;
}

// What poll's flags mean to a reader and a writer. A hang-up or an error ends both kinds of waiting: the operation
// itself will say what it is.
struct Ready {
    int descriptor;
    Interest interest;
    // The other end will send no more. Told by edge-triggered pollers, which will not say it again.
    bool hung_up = false;
};

// How an event loop learns which descriptors are ready: the continuation under it. Level-triggered unless the poller's
// own comment says otherwise. One loop on one thread uses it. The Reactor keeps the books: it calls watch only when the
// interest changes.
class Poller {
public:
    // Nothing: for as long as it takes. Zero: look, but do not wait.
    using Timeout = std::optional<sys::Nanoseconds>;

    Poller() = default;
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    virtual ~Poller() = default;

    // True: says once that something has become ready, and not again until more has come.
    [[nodiscard]] virtual bool edge_triggered() const noexcept { return false; }

    // Registers a descriptor, or changes its interest; `known` says which. The interest is never none.
    // Throws std::system_error where the kernel refuses.
    virtual void watch(int descriptor, Interest interest, bool known) = 0;
    // Drops a registration, which there is. Called while the descriptor is still open.
    virtual void forget(int descriptor) = 0;
    // Appends what is ready; returns when something is, or after the timeout (counted in nanoseconds), or early
    // after a signal. May name a descriptor that turns out not to be ready.
    virtual void wait(Timeout timeout, std::vector<Ready>& ready) = 0;
};

}  // namespace models
