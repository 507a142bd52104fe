#include "workloads/io/server.h"

#include <string>

namespace workloads {

sys::UniqueFd listen_for(std::size_t connections) { return sys::listen_on({}, static_cast<int>(connections) + 16); }

Verdict verify_served(const tasks::Ledger& ledger, std::size_t connections) {
    if (Verdict finished = verify_finished(ledger); !finished) return finished;
    if (ledger.spawned_finished() == connections) return Verdict::valid();
    return Verdict::invalid(std::to_string(ledger.spawned_finished()) + " of " + std::to_string(connections) +
                            " connections were served to their end");
}

Server::Server(const ClientArguments& arguments, std::size_t acceptors)
    : arguments_{arguments}, acceptors_{acceptors}, statistics_{arguments.connections, arguments.requests} {}

Verdict Server::verify(const tasks::Ledger& ledger) const {
    if (Verdict finished = verify_finished(ledger); !finished) return finished;
    // Before the connections are counted: a client that got too little says more.
    if (Verdict answered = statistics_.verify(); !answered) return answered;
    if (Verdict served = verify_served(ledger, arguments_.connections); !served) return served;
    return ledger.spawned_digest_sum() == expected_digest_sum_ ? Verdict::valid()
                                                               : Verdict::invalid("wrong digest from the connections");
}

}  // namespace workloads
