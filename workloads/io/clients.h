#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/io/client_statistics.h"
#include "workloads/workload.h"

namespace workloads {

// A client's socket, as the crowd knows it: -1 while there is none.
using SocketPlace = std::atomic<int>;

// What every peer that is a crowd of clients has in common: its size, what it has to bring back, and how it is hung up.
// An heir makes the clients' tasks, which keep their place up to date and finish with the number of their answers.
class Clients : public Workload {
public:
    Clients(std::size_t connections, std::uint64_t requests, ClientStatistics& statistics);

    std::size_t size() const final { return places_.size(); }
    Verdict verify(const tasks::Ledger& ledger) const final;
    Work work() const final { return statistics_.work(); }
    std::uint64_t progress() const noexcept final { return statistics_.progress(); }
    // Whoever waits for an answer that does not come finds the end of the stream instead, and so does the server.
    void hang_up() noexcept final;

protected:
    [[nodiscard]] ClientStatistics& statistics() const noexcept { return statistics_; }
    [[nodiscard]] SocketPlace& place(std::size_t client) const noexcept { return places_[client]; }

private:
    std::uint64_t requests_;
    ClientStatistics& statistics_;
    mutable std::vector<SocketPlace> places_;  // by client
};

}  // namespace workloads
