#include "workloads/io/echo_exchange.h"

#include <algorithm>

#include "tasks/ledger.h"
#include "workloads/io/upper_case.h"

namespace workloads {

EchoExchange::EchoExchange(std::size_t client, std::size_t payload)
    : KnownAnswer{payload}, client_{client}, request_(payload), expected_(payload) {
    for (std::size_t i = 0; i < payload; ++i) request_[i] = static_cast<std::byte>('a' + (client + 7 * i) % 26);
}

std::span<const std::byte> EchoExchange::begin(std::uint64_t number) {
    // The first 16 letters identify client and request; the others stay the same.
    std::uint64_t code = tasks::mix(client_, number);
    for (std::size_t i = 0; i < std::min<std::size_t>(16, request_.size()); ++i, code >>= 4) {
        request_[i] = static_cast<std::byte>('a' + (code & 15));
    }
    std::ranges::copy(request_, expected_.begin());
    answer_sum_ = upper_case(expected_);
    begin_answer();
    return request_;
}

}  // namespace workloads
