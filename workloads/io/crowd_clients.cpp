#include "workloads/io/crowd_clients.h"

#include <sys/socket.h>

namespace workloads {

CrowdClients::CrowdClients(std::size_t connections, std::uint64_t requests, Crowd& crowd)
    : requests_{requests}, crowd_{crowd}, places_(connections) {
    for (SocketPlace& place : places_) place.store(-1);
}

Verdict CrowdClients::verify(const tasks::Ledger& ledger) const {
    return verify_digests(ledger, [this](std::size_t) { return requests_; });
}

void CrowdClients::hang_up() noexcept {
    for (const SocketPlace& place : places_) {
        if (const int socket = place.load(); socket >= 0) ::shutdown(socket, SHUT_RDWR);
    }
}

}  // namespace workloads
