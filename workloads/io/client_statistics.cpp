#include "workloads/io/client_statistics.h"

#include <algorithm>
#include <cassert>

namespace workloads {

constexpr auto relaxed = std::memory_order_relaxed;

ClientStatistics::ClientStatistics(std::size_t clients, std::uint64_t units_per_client)
    : units_per_client_{units_per_client}, completions_{clients} {
    assert(clients > 0);
}

void ClientStatistics::begin() noexcept {
    board_->tickets.store(0, relaxed);
    board_->connected.store(0, relaxed);
    board_->answered.store(0, relaxed);
    board_->bytes.store(0, relaxed);
    board_->jain_at_half.store(0, relaxed);
    for (auto& completions : completions_) completions.store(0, relaxed);
}

void ClientStatistics::answered(std::size_t client, std::int64_t latency_ns, std::uint64_t bytes) noexcept {
    latency_->record(latency_ns);
    completions_[client].fetch_add(1, relaxed);
    board_->bytes.fetch_add(bytes, relaxed);
    const std::uint64_t done = board_->answered.fetch_add(1, relaxed) + 1;
    // At the end all clients have the same number of answers, so fairness is measured when half of them are there.
    if (done == (completions_.size() * units_per_client_ + 1) / 2) board_->jain_at_half.store(jain(), relaxed);
}

bool ClientStatistics::arrive_last() noexcept {
    if (board_->connected.fetch_add(1, std::memory_order_acq_rel) + 1 < completions_.size()) return false;
    const sys::Nanoseconds now = sys::now().time_since_epoch();
    board_->schedule_begin_ns.store(now.count(), std::memory_order_release);
    return true;
}

std::uint64_t ClientStatistics::next_connection() noexcept { return board_->connections.fetch_add(1, relaxed); }

Work ClientStatistics::work() const noexcept {
    const auto of = [](const auto& completions) { return completions.load(relaxed); };
    return {.units = board_->answered.load(relaxed),
            .bytes = board_->bytes.load(relaxed),
            .fairness = Fairness{.least = of(*std::ranges::min_element(completions_, {}, of)),
                                 .most = of(*std::ranges::max_element(completions_, {}, of)),
                                 .jain = board_->jain_at_half.load(relaxed)}};
}

Verdict ClientStatistics::verify() const {
    const Fairness fairness = work().fairness.value();
    if (fairness.least == units_per_client_ && fairness.most == units_per_client_) return Verdict::valid();
    const auto short_of = std::ranges::count_if(
        completions_, [this](const auto& completions) { return completions.load(relaxed) < units_per_client_; });
    return Verdict::invalid(std::to_string(short_of) + " of " + std::to_string(completions_.size()) +
                            " connections did not get their " + std::to_string(units_per_client_) +
                            " answers; the least got " + std::to_string(fairness.least));
}

// R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness and Discrimination, DEC TR-301, 1984.
double ClientStatistics::jain() const noexcept {
    double sum = 0;
    double sum_of_squares = 0;
    for (const auto& completions : completions_) {
        const auto share = static_cast<double>(completions.load(relaxed));
        sum += share;
        sum_of_squares += share * share;
    }
    return sum_of_squares == 0 ? 0 : sum * sum / (static_cast<double>(completions_.size()) * sum_of_squares);
}

}  // namespace workloads
