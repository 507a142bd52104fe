// I/O: a server with large answers for clients that read slowly, and small ones for clients that do not. What the
// server sends to a slow reader piles up in the kernel's buffers, and then the send waits. The quick clients are timed:
// do they notice?
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sys/shared_memory.h"
#include "workloads/io/known_answer.h"
#include "workloads/io/server.h"
#include "workloads/io/slow_reader.h"

namespace workloads {
namespace {

using SmallAnswer = std::uint64_t;

SmallAnswer small_answer_to(std::uint64_t code) noexcept { return tasks::mix(code, 1); }
// Of a connection with so many answered requests, and no more.
std::uint64_t digest_of(std::size_t client, std::uint64_t requests) noexcept {
    std::uint64_t sum = 0;
    for (std::uint64_t number = 0; number < requests; ++number) sum += request_code(client, number);
    return tasks::mix(requests, sum);
}
std::vector<std::byte> make_large_answer(std::size_t bytes) {
    std::vector<std::byte> answer(bytes);
    for (std::size_t place = 0; place < bytes; ++place) answer[place] = static_cast<std::byte>(tasks::mix(place, 0));
    return answer;
}

// Serves one connection, until the client closes it.
class AnswerTask final : public tasks::SteppedTask<AnswerTask> {
public:
    AnswerTask(sys::UniqueFd connection, std::span<const std::byte> large_answer)
        : SteppedTask{&AnswerTask::accepted}, connection_{std::move(connection)}, large_answer_{large_answer} {}

private:
    tasks::Operation accepted(tasks::Result) {
        sys::limit_send_buffer(connection_.get(), slow_buffer_bytes);
        return receive_more();
    }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return tasks::Finish{tasks::mix(answered_, sum_)};
        received_ += result.bytes();
        if (received_ < sizeof request_) return receive_more();
        std::memcpy(&request_, buffer_.data(), sizeof request_);
        if (received_ > sizeof request_ || request_.is_large > 1) return give_up({-EBADMSG});
        received_ = 0;
        small_answer_ = small_answer_to(request_.code);
        const auto small = std::as_bytes(std::span{&small_answer_, 1});
        return then(&AnswerTask::sent, tasks::Send{connection_.get(), request_.is_large == 1 ? large_answer_ : small});
    }
    tasks::Operation sent(tasks::Result result) {
        if (result.failed()) return give_up(result);
        sum_ += request_.code;
        ++answered_;
        return receive_more();
    }
    tasks::Operation receive_more() {
        return then(&AnswerTask::received, tasks::Receive{connection_.get(), std::span{buffer_}.subspan(received_)});
    }

    sys::UniqueFd connection_;
    std::span<const std::byte> large_answer_;
    // Twice a request: a receive that fills its buffer tells an event loop to try again before it waits.
    std::array<std::byte, 2 * sizeof(AnswerRequest)> buffer_{};
    std::size_t received_ = 0;
    AnswerRequest request_{};
    SmallAnswer small_answer_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t sum_ = 0;
};

class QuickExchange : public KnownAnswer {
public:
    explicit QuickExchange(std::size_t client) : KnownAnswer{sizeof expected_}, client_{client} {}

    [[nodiscard]] std::span<const std::byte> begin(std::uint64_t number) noexcept {
        request_ = {.code = request_code(client_, number), .is_large = 0};
        expected_ = small_answer_to(request_.code);
        begin_answer();
        return std::as_bytes(std::span{&request_, 1});
    }
    [[nodiscard]] bool check() noexcept { return equals(std::as_bytes(std::span{&expected_, 1})); }
    [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return sizeof request_ + sizeof expected_; }

private:
    std::size_t client_;
    AnswerRequest request_{};
    SmallAnswer expected_ = 0;
};

class SlowReaders final : public Server {
public:
    SlowReaders(const ClientArguments& arguments, std::size_t answer_bytes, std::chrono::microseconds pause,
                Acceptors acceptors)
        : Server{arguments, acceptors},
          quick_{arguments.connections},
          pause_{pause},
          large_answer_{make_large_answer(answer_bytes)},
          answers_{arguments.attendants} {}

    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t shards_most) const override {
        return make_clients(
            shards_most, [](std::size_t client) { return QuickExchange{client}; },
            [this](const AttendantPlace& place) {
                return make_slow_reader(place, quick_ + place.number, large_answer_, pause_, answers_[place.number]);
            });
    }
    void begin() override {
        Server::begin();
        for (std::atomic<std::uint64_t>& answers : answers_) answers.store(0, std::memory_order_relaxed);
    }
    std::string_view latency_meaning() const override { return "time to answer a quick client, seen by the client"; }

private:
    std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const override {
        return std::make_unique<AnswerTask>(std::move(connection), large_answer_);
    }
    std::uint64_t expected_digest(std::size_t client, std::uint64_t requests) const override {
        return digest_of(client, requests);
    }
    std::uint64_t expected_attendant_digests() const override {
        std::uint64_t sum = 0;
        for (std::size_t number = 0; number < answers_.size(); ++number) {
            sum += digest_of(quick_ + number, answers_[number].load(std::memory_order_relaxed));
        }
        return sum;
    }

    std::size_t quick_;
    std::chrono::microseconds pause_;
    std::vector<std::byte> large_answer_;
    sys::SharedArray<std::atomic<std::uint64_t>> answers_;  // by slow reader: what it has received in full
};

constexpr tasks::Parameter parameters[] = {
    {"answer_kib", 1'024, 1, 1 << 20, "KiB of an answer to a slow reader"},
    {"connections", 20, 1, 1'000'000, "quick clients, each with one connection and small requests"},
    {"pause_us", 10'000, 0, 1'000'000, "how long a slow reader pauses after each read of 16 KiB"},
    {"requests", 20'000, 1, 1'000'000'000, "requests of all quick clients together in each window"},
    {"slow", 20, 0, 1'000'000, "clients that read slowly, each with one connection"},
};
constexpr Point points[] = {
    {"slow:0", 1},
    {"slow:20", 1},
    {"slow:200", 1},
};

std::size_t all_connections_of(const tasks::Arguments& arguments) {
    return arguments.count("connections") + arguments.count("slow");
}

}  // namespace

extern constinit const Entry slow_readers_entry{
    .name = "slow_readers",
    .group = Group::io,
    .unit = "request",
    .summary = "server with large answers for slow readers, and small ones for quick clients, which are timed",
    .parameters = parameters,
    .points = points,
    .smoke = "answer_kib:300/connections:3/pause_us:100/requests:30/slow:2",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        return std::make_unique<SlowReaders>(ClientArguments{.connections = arguments.count("connections"),
                                                             .requests = arguments.count("requests"),
                                                             .attendants = arguments.count("slow")},
                                             arguments.count("answer_kib") << 10,
                                             std::chrono::microseconds{arguments.at("pause_us")}, acceptors);
    },
    .check = require_a_request_for_each,
    .kept_open = all_connections_of,
};

}  // namespace workloads
