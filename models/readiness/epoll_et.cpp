// Carrier: the loop's table. Waiter: epoll, edge-triggered.
//
// A descriptor is registered once for both directions, and each edge (something has become ready) is told once: no
// system call for a change of interest, and nothing is told again that was not taken. So whoever waits must have
// drained what there was: accept is called until there is none, and a receive that filled its buffer is followed by
// another; an edge that comes while nobody waits is kept. Good where interests change often. Its weakness: edges for
// which nobody waits wake the loop (a socket that has become writable), and a forgotten one hangs for ever.
#include "models/loop/epoll_poller.h"
#include "models/loop/table_model.h"

namespace models {

extern constinit const Entry epoll_et_entry{
    .name = "epoll_et",
    .family = Family::loops,
    .carrier = "loop's table",
    .waiter = "epoll, edge-triggered",
    .summary = "one thread, event loop over edge-triggered epoll",
    .parameters = {},
    .support = support_one_process,
    .make = make_event_loop<EpollPoller<Trigger::edge>>,
};

}  // namespace models
