#pragma once

#include <memory>

#include "models/loop/poller.h"

namespace models {

// The poller of the epoll model, for other carriers on the same continuation.
[[nodiscard]] std::unique_ptr<Poller> make_epoll_poller();

}  // namespace models
