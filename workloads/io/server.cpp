#include "workloads/io/server.h"

#include <algorithm>
#include <string>

namespace workloads {

Verdict verify_served(const tasks::Ledger& ledger, std::size_t connections) {
    if (Verdict finished = verify_finished(ledger); !finished) return finished;
    if (ledger.spawned_finished() == connections) return Verdict::valid();
    return Verdict::invalid(std::to_string(ledger.spawned_finished()) + " of " + std::to_string(connections) +
                            " connections were served to their end");
}

Server::Server(const ClientArguments& arguments, Acceptors acceptors)
    : arguments_{arguments},
      windows_{arguments.connections - arguments.silent,
               arguments.requests,
               {.silent = arguments.silent, .attendants = arguments.attendants}},
      listeners_{acceptors, connections_, connections_} {
    if (arguments.rate > 0) arrivals_.emplace(arguments.rate, arguments.spacing, arguments.requests);
}

std::size_t Server::divide_clients(std::size_t shards_most) const {
    const std::size_t shards = std::min(shards_most, arguments_.connections);
    statistics_.divide(shards);
    windows_.divide(shards);
    return shards;
}

void Server::begin() {
    windows_.begin();
    statistics_.begin();
    listeners_.begin();
}

Verdict Server::verify(const tasks::Ledger& ledger) const {
    // First: if a client or an acceptor fails, all others fail too.
    if (Verdict accepted = listeners_.verify(); !accepted) return accepted;
    if (Verdict clients = statistics_.verify(); !clients) return clients;
    if (Verdict finished = verify_finished(ledger); !finished) return finished;
    // Before the connections are counted: a window that did not close says more.
    if (Verdict answered = windows_.verify("connections"); !answered) return answered;
    if (Verdict served = verify_served(ledger, connections_); !served) return served;
    const Crowd crowd{arguments_.connections, arguments_.silent};
    std::uint64_t expected = expected_attendant_digests();
    for (std::size_t client = 0; client < arguments_.connections; ++client) {
        expected += expected_digest(client, windows_.units_of(crowd.number(client)));
    }
    return ledger.spawned_digest_sum() == expected ? Verdict::valid()
                                                   : Verdict::invalid("wrong digest from the connections");
}

void require_a_request_for_each(const tasks::Arguments& arguments) {
    require_one_for_each(arguments, "requests", "connections");
}

std::size_t connections_of(const tasks::Arguments& arguments) { return arguments.count("connections"); }

}  // namespace workloads
