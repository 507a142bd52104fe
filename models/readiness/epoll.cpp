// Carrier: the loop's table. Wait mechanism: epoll, level-triggered (Linux 2.6; epoll_pwait2, whose timeout is in
// nanoseconds, since 5.11).
//
// The kernel keeps the interest list and queues the ready descriptors: a wait costs by the number of events, hardly by
// the number of connections. The default for servers with many mostly idle connections. Its weaknesses: a system call
// for each change of interest, and, when few connections are busy, one wait, one receive and one send for each request.
// Level-triggered: data that stays unread is reported again.
#include "models/loop/epoll_poller.h"
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"

namespace models {

std::unique_ptr<Poller> make_epoll_poller() { return std::make_unique<EpollPoller<Trigger::level>>(); }
std::unique_ptr<Poller> make_sharing_epoll_poller() {
    return std::make_unique<EpollPoller<Trigger::level>>(Listeners::shared);
}

extern constinit const Entry epoll_entry{
    .name = "epoll",
    .family = Family::loops,
    .carrier = "loop's table",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "one thread, event loop over epoll",
    .parameters = parameters_of_order,
    .support = support_one_process,
    .make = make_event_loop<EpollPoller<Trigger::level>>,
    .classic = true,
};

}  // namespace models
