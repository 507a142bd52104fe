#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sys/unique_fd.h"
#include "tasks/task.h"
#include "workloads/io/clients.h"
#include "workloads/io/known_answer.h"
#include "workloads/workload.h"

namespace workloads {

struct EchoArguments {
    ClientArguments clients;
    std::size_t payload;              // bytes of a request, and of its answer
    std::int64_t work_us = 0;         // what the server computes for each request: units of integer_work()
    std::size_t buffer_least = 4096;  // bytes of a connection's buffer
};

// The server of echo, open_echo and idle_crowd. Throws std::system_error if there is no socket.
[[nodiscard]] std::unique_ptr<Workload> make_echo(const EchoArguments& arguments, Acceptors acceptors);

// What one client asks of an echo server: `payload` small letters, different in each request of each client. The answer
// is the same text in upper case.
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

// What an echo server computes for each request. All requests have the same size: one that arrives in several parts
// costs no more than another.
struct EchoWork {
    std::int64_t us = 0;            // units of integer_work()
    std::size_t request_bytes = 1;  // it computes when the last part is here
};

// Makes the task that serves one connection of an echo server, until the client closes it. Its digest is mix(bytes of
// all requests, sum of the bytes of all answers and of the results of integer_work()).
[[nodiscard]] std::unique_ptr<tasks::Task> make_echo_connection(sys::UniqueFd connection, std::size_t buffer_bytes,
                                                                EchoWork work = {});

}  // namespace workloads
