// Carrier: completion handlers; the library allocates the state. Wait mechanism: standalone Asio's io_context over
// io_uring (Asio 1.21).
//
// The same program as the model asio, on the library's other back end: a receive is a request of the kernel, and its
// completion calls the handler. Good with many connections: one system call submits all requests of a turn, and nothing
// is tried in vain or registered. Its weaknesses: waiting is a second system call, and of the settings and requests
// that io_uring has for servers the library uses none (see io_uring_tuned).

// Asio chooses its back end by macros, for all of a program. Here one program has both. So the library and what
// contains its objects (asio_loop.h) have other names in this file; otherwise, the linker would take the function of
// either back end for the other one's too.
#define asio asio_uring
#define asio_signal_handler asio_uring_signal_handler
#define asio_detail_posix_thread_function asio_uring_detail_posix_thread_function
#define over_asio over_asio_uring
#define ASIO_HAS_IO_URING 1
#define ASIO_DISABLE_EPOLL 1

#include "models/completion/ring.h"
#include "models/libraries/asio_model.h"
#include "models/model.h"

namespace models {
namespace {

#if defined(ASIO_HAS_IO_URING_AS_DEFAULT)
constexpr bool has_back_end = true;
#else
constexpr bool has_back_end = false;
#endif

Support support(const tasks::Demand& demand, const tasks::Arguments&) {
    if (!has_back_end) return Support::no("Asio has a back end over io_uring since version 1.21; this one is older");
    // The ring that the library makes (io_uring_service::init_ring).
    constexpr std::size_t completions = 32'768;
    return support_ring(demand, completions, 0, "5.10");
}

}  // namespace

extern constinit const Entry asio_uring_entry{
    .name = "asio_uring",
    .family = Family::libraries,
    .carrier = "completion handlers",
    .wait_mechanism = "Asio's io_context over io_uring",
    .summary = "standalone Asio over io_uring, completion handlers on one thread",
    .support = support,
    .make = make_model<AsioModel>,
};

}  // namespace models
