#include "workloads/io/clients.h"

#include <sys/socket.h>

namespace workloads {

Clients::Clients(std::size_t connections, std::uint64_t requests, ClientStatistics& statistics)
    : requests_{requests}, statistics_{statistics}, places_(connections) {
    for (SocketPlace& place : places_) place.store(-1);
}

Verdict Clients::verify(const tasks::Ledger& ledger) const {
    return verify_digests(ledger, [this](std::size_t) { return requests_; });
}

void Clients::hang_up() noexcept {
    for (const SocketPlace& place : places_) {
        if (const int socket = place.load(); socket >= 0) ::shutdown(socket, SHUT_RDWR);
    }
}

}  // namespace workloads
