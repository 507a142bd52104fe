// Carrier: completion handlers; the library allocates the state. Wait mechanism: standalone Asio's io_context
// (edge-triggered epoll inside); it tries a call first, and waits only if the call would block.
//
// The proactor style of most C++ services: start an operation with a handler, which is called when the operation is
// done. Timers, sockets and posted work share one queue. Good wherever an event loop is, and portable. Its weaknesses:
// each operation costs an object and an indirect call, and error handling and lifetimes are spread over handlers.
#include "models/libraries/asio_model.h"
#include "models/model.h"

namespace models {

extern constinit const Entry asio_entry{
    .name = "asio",
    .family = Family::libraries,
    .carrier = "completion handlers",
    .wait_mechanism = "Asio's io_context",
    .summary = "standalone Asio, completion handlers on one thread",
    .support = support_one_process,
    .make = make_model<AsioModel>,
};

}  // namespace models
