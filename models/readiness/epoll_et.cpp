// Carrier: the loop's table. Wait mechanism: epoll, edge-triggered.
//
// A descriptor is registered once for both directions, and the kernel reports each edge (it has become ready) once: no
// system call to change an interest. So a task must take everything before it waits: accept is called until there is no
// connection left, a receive that filled its buffer is followed by another, and the loop keeps an edge that comes while
// no task waits. Good if interests change often. Its weaknesses: unwanted edges (a socket has become writable) wake the
// loop too, and a task that misses an edge hangs for ever.
#include "models/loop/epoll_poller.h"
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"

namespace models {

std::unique_ptr<Poller> make_edge_triggered_epoll_poller() { return std::make_unique<EpollPoller<Trigger::edge>>(); }

extern constinit const Entry epoll_et_entry{
    .name = "epoll_et",
    .family = Family::loops,
    .carrier = "loop's table",
    .wait_mechanism = "epoll, edge-triggered",
    .summary = "one thread, event loop over edge-triggered epoll",
    .support = support_one_process,
    .make = make_event_loop<EpollPoller<Trigger::edge>>,
};

}  // namespace models
