#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "workloads/io/known_answer.h"

namespace workloads {

// What one client of the echo server asks: `payload` small letters, different in each request of each client. The
// answer is the same text in upper case.
class EchoExchange : public KnownAnswer {
public:
    EchoExchange(std::size_t client, std::size_t payload);

    [[nodiscard]] std::span<const std::byte> begin(std::uint64_t number);
    [[nodiscard]] bool check() noexcept { return equals(expected_); }
    [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return 2 * expected_.size(); }

    // The sum of the bytes of the last request's answer.
    [[nodiscard]] std::uint64_t answer_sum() const noexcept { return answer_sum_; }

private:
    std::size_t client_;
    std::vector<std::byte> request_;
    std::vector<std::byte> expected_;
    std::uint64_t answer_sum_ = 0;
};

}  // namespace workloads
