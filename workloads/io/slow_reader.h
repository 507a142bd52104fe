#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "tasks/ledger.h"
#include "tasks/task.h"
#include "workloads/io/clients.h"

namespace workloads {

// What all clients of slow_readers send; both ends are on one machine.
struct AnswerRequest {
    std::uint64_t code;      // differs in each request of each client
    std::uint64_t is_large;  // 0 or 1: which answer it wants
};
[[nodiscard]] inline std::uint64_t request_code(std::size_t client, std::uint64_t number) noexcept {
    return tasks::mix(client, number);
}

// The limit of the kernel's buffers on both sides. With its own limits, a whole answer of some megabytes would find
// room there, and the server would have sent it at once.
inline constexpr int slow_buffer_bytes = 64 << 10;

// Makes a client that asks for one large answer after another, and reads each in small parts, with a pause after each
// part. Reads nothing while no window is open; the first window opens when each slow reader has begun an answer. After
// the last window it reads the rest of its answer without a pause: then the server has sent all, and both ends know how
// many answers. `answers` counts those that it has received in full. All that the arguments refer to outlives the task.
[[nodiscard]] std::unique_ptr<tasks::Task> make_slow_reader(const AttendantPlace& place, std::size_t client,
                                                            std::span<const std::byte> answer,
                                                            std::chrono::microseconds pause,
                                                            std::atomic<std::uint64_t>& answers);

}  // namespace workloads
