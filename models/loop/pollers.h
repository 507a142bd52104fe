#pragma once

#include <memory>

#include "models/loop/poller.h"

namespace models {

// The poller of each readiness model. Other models use epoll's too; the tests run one suite over all of them.
[[nodiscard]] std::unique_ptr<Poller> make_epoll_poller();
// The same for one of several loops that accept from the same listeners.
[[nodiscard]] std::unique_ptr<Poller> make_sharing_epoll_poller();
[[nodiscard]] std::unique_ptr<Poller> make_edge_triggered_epoll_poller();
[[nodiscard]] std::unique_ptr<Poller> make_poll_poller();
[[nodiscard]] std::unique_ptr<Poller> make_select_poller();
// Reports every watched descriptor at once, ready or not (nonblocking).
[[nodiscard]] std::unique_ptr<Poller> make_repeating_poller();

}  // namespace models
