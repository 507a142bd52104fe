#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sys/clock.h"

namespace models {

enum class Interest : std::uint8_t { none = 0, readable = 1, writable = 2, both = 3 };
[[nodiscard]] constexpr Interest interest_of(bool readable, bool writable) noexcept {
    return Interest((readable ? 1U : 0U) | (writable ? 2U : 0U));
}
[[nodiscard]] constexpr Interest operator|(Interest a, Interest b) noexcept {
    return Interest(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
[[nodiscard]] constexpr Interest without(Interest whole, Interest part) noexcept {
    return Interest(static_cast<unsigned>(whole) & ~static_cast<unsigned>(part));
}
[[nodiscard]] constexpr bool includes(Interest whole, Interest part) noexcept {
    return (static_cast<unsigned>(whole) & static_cast<unsigned>(part)) != 0;
}

// A descriptor that is ready for reading, writing or both. After a hang-up or an error it is ready for both: the
// operation itself reports what happened.
struct Ready {
    int descriptor;
    Interest interest;
    // The other end will send no more. Only edge-triggered pollers set it: they report the end of the stream once,
    // maybe together with data.
    bool hung_up = false;
};

// How an event loop learns which descriptors are ready: the wait mechanism under a Reactor. One loop on one thread uses
// it. The Reactor remembers each registration: it calls watch() only if the interest changes.
class Poller {
public:
    // No value: wait without a limit. Zero: look, but do not wait.
    using Timeout = std::optional<sys::Nanoseconds>;

    Poller() = default;
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    virtual ~Poller() = default;

    // False (level-triggered): wait() reports a descriptor as long as it is ready. True: it reports a descriptor when
    // it becomes ready, and again only after more has come.
    [[nodiscard]] virtual bool edge_triggered() const noexcept { return false; }

    // Registers a descriptor, or changes its interest if it is registered already (`known`). The interest is never
    // none. Throws std::system_error if the kernel refuses.
    virtual void watch(int descriptor, Interest interest, bool known) = 0;
    // Ends the registration of a registered descriptor, which is still open.
    virtual void forget(int descriptor) = 0;

    // True: several loops accept from one listener, and a connection should wake one of them. Such a loop registers a
    // listener by watch_shared(), only while a task of its own waits for a connection: a loop that is woken and accepts
    // nothing would keep the connection from the others.
    [[nodiscard]] virtual bool shares_listeners() const noexcept { return false; }
    // Registers a listener that is not registered yet. Its interest never changes.
    virtual void watch_shared(int listener) { watch(listener, Interest::readable, false); }

    // Appends the ready descriptors. Returns when there is one, or after the timeout, or early after a signal. May name
    // a descriptor that is not ready after all.
    virtual void wait(Timeout timeout, std::vector<Ready>& ready) = 0;
};

}  // namespace models
