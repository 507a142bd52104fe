#include "workloads/io/client_statistics.h"

#include <cerrno>

#include "sys/check.h"

namespace workloads {

constexpr auto relaxed = std::memory_order_relaxed;

void ClientStatistics::divide(std::size_t shards) {
    answers_ = sys::SharedArray<Answers>{shards};
    latency_.divide(shards);
    latency_of_others_.divide(shards);
    latency_uncorrected_.divide(shards);
}

void ClientStatistics::begin() noexcept {
    for (Answers& answers : answers_) {
        answers.count.store(0, relaxed);
        answers.bytes.store(0, relaxed);
    }
    board_->first_error.store(0, relaxed);
}

void ClientStatistics::answered(std::size_t shard, sys::Nanoseconds latency, std::uint64_t bytes) noexcept {
    latency_.shard(shard).record(latency.count());
    answers_[shard].bytes.fetch_add(bytes, relaxed);
    answers_[shard].count.fetch_add(1, relaxed);
}

Work ClientStatistics::work() const noexcept {
    Work work;
    for (const Answers& answers : answers_) {
        work.units += answers.count.load(relaxed);
        work.bytes += answers.bytes.load(relaxed);
    }
    return work;
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
