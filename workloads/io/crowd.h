#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace workloads {

// The clients of a server, of which only some are active in the windows; the others keep a silent connection. The
// active ones are evenly spread, because select and poll look at the descriptors in their order.
class Crowd {
public:
    // At least one of the clients is not silent.
    Crowd(std::size_t clients, std::size_t silent) : active_{clients - silent} {
        assert(silent < clients);
        stretch_ = clients / active_;
    }

    [[nodiscard]] std::size_t active() const noexcept { return active_; }
    [[nodiscard]] bool is_silent(std::size_t client) const noexcept {
        return client % stretch_ != middle() || client / stretch_ >= active_;
    }
    // The number of a client in Windows: first the active ones, then the silent ones, each in their order.
    [[nodiscard]] std::size_t number(std::size_t client) const noexcept {
        const std::size_t active_before = std::min(active_, (client + stretch_ - 1 - middle()) / stretch_);
        return is_silent(client) ? active_ + client - active_before : active_before;
    }

private:
    // Each stretch of the clients has an active one here.
    [[nodiscard]] std::size_t middle() const noexcept { return stretch_ / 2; }

    std::size_t active_;
    std::size_t stretch_;
};

}  // namespace workloads
