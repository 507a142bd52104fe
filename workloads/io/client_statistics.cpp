#include "workloads/io/client_statistics.h"

#include <cerrno>

#include "sys/check.h"

namespace workloads {

constexpr auto relaxed = std::memory_order_relaxed;

void ClientStatistics::begin() noexcept {
    board_->tickets.store(0, relaxed);
    board_->answered.store(0, relaxed);
    board_->bytes.store(0, relaxed);
    board_->first_error.store(0, relaxed);
}

void ClientStatistics::answered(sys::Nanoseconds latency, std::uint64_t bytes) noexcept {
    latency_->record(latency.count());
    board_->bytes.fetch_add(bytes, relaxed);
    board_->answered.fetch_add(1, relaxed);
}

Work ClientStatistics::work() const noexcept {
    return {.units = board_->answered.load(relaxed), .bytes = board_->bytes.load(relaxed), .fairness = {}};
}

void ClientStatistics::failed(int error) noexcept {
    if (error == -ECONNRESET || error == -EPIPE || error == -ESHUTDOWN) return;
    int none = 0;
    board_->first_error.compare_exchange_strong(none, error, relaxed);
}

Verdict ClientStatistics::verify() const {
    const int error = board_->first_error.load(relaxed);
    return error == 0 ? Verdict::valid() : Verdict::invalid("a client failed: " + sys::error_text(-error));
}

std::uint64_t ClientStatistics::next_connection() noexcept { return board_->connections.fetch_add(1, relaxed); }

}  // namespace workloads
