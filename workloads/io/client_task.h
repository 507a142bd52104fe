#pragma once

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

#include "sys/clock.h"
#include "sys/tcp.h"
#include "tasks/task.h"
#include "workloads/io/client_socket.h"
#include "workloads/io/client_statistics.h"

namespace workloads {

struct ClientArguments {
    std::size_t connections;  // one for each client
    std::uint64_t requests;   // of each connection
    std::int64_t rate = 0;  // open loop: requests/s of all clients together. 0: closed loop, the next after the answer
};

// The socket of a client, so that others can shut it down; -1 while the client has none.
using SocketPlace = std::atomic<int>;

// What the clients of one workload ask and expect. ClientTask does the rest: socket, pace and times.
template <class Type>
concept Exchange = requires(Type exchange, std::uint64_t number, std::size_t bytes) {
    // Begins request `number`, from 0, and returns its bytes; they are valid until the next begin().
    { exchange.begin(number) } -> std::same_as<std::span<const std::byte>>;
    // Where to receive the next part of the answer; never empty before add() returns true.
    { exchange.room() } -> std::same_as<std::span<std::byte>>;
    // `bytes` of room() are filled. True: the answer is complete, or it is wrong already.
    { exchange.add(bytes) } -> std::same_as<bool>;
    // Whether the answer is right. Called once for each answer, after the clock was read: it adds nothing to the
    // latency.
    { exchange.check() } -> std::same_as<bool>;
    // Payload of the last request and its answer.
    { exchange.payload_bytes() } -> std::convertible_to<std::uint64_t>;
    // What the client finishes with.
    { exchange.digest() } -> std::convertible_to<std::uint64_t>;
};

template <class Function>
concept MakesExchange = Exchange<std::invoke_result_t<const Function&, std::size_t>>;

// Connects to the server, and sends one request after another. Arguments, statistics and place outlive the task.
template <Exchange Type>
class ClientTask final : public tasks::SteppedTask<ClientTask<Type>> {
    using Base = tasks::SteppedTask<ClientTask>;

public:
    // `place` may be null. `make_exchange(client)` returns the exchange, which is made in place: it may hold a large
    // buffer.
    template <MakesExchange MakeExchange>
    ClientTask(std::size_t client, const ClientArguments& arguments, ClientStatistics& statistics, sys::Endpoint server,
               SocketPlace* place, const MakeExchange& make_exchange)
        : Base{&ClientTask::started},
          client_{client},
          arguments_{arguments},
          statistics_{statistics},
          server_{server},
          place_{place},
          exchange_(make_exchange(client)) {}
    ~ClientTask() override { publish(-1); }

private:
    // The event that the last client announces when it has connected; open loop only.
    static constexpr int all_connected = 0;

    tasks::Operation started(tasks::Result result) {
        socket_ = open_client_socket(statistics_.next_connection(), result);
        if (!socket_) return this->give_up(result);
        publish(socket_.get());
        return this->then(&ClientTask::connected, tasks::Connect{socket_.get(), server_.native()});
    }
    tasks::Operation connected(tasks::Result result) {
        if (result.failed()) return this->give_up(result);
        if (!open_loop()) return send_next();
        if (!statistics_.arrive_last()) return this->then(&ClientTask::all_arrived, tasks::Await{all_connected});
        return this->then(&ClientTask::all_arrived, tasks::Announce{all_connected});
    }
    tasks::Operation all_arrived(tasks::Result result) {
        return result.failed() ? this->give_up(result) : send_on_schedule();
    }
    tasks::Operation slept(tasks::Result result) { return result.failed() ? this->give_up(result) : send_next(); }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? this->give_up(result) : receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return this->give_up(result);
        if (result.bytes() == 0) return this->give_up({-ECONNRESET});
        if (!exchange_.add(result.bytes())) return receive_more();
        const sys::TimePoint now = sys::now();
        if (!exchange_.check()) return this->give_up({-EBADMSG});
        record_latency(now);
        if (++answered_ == arguments_.requests) return tasks::Finish{exchange_.digest()};
        return open_loop() ? send_on_schedule() : send_next();
    }

    void publish(int socket) noexcept {
        if (place_ != nullptr) place_->store(socket);
    }
    [[nodiscard]] bool open_loop() const noexcept { return arguments_.rate > 0; }
    // The requests of all clients together are evenly spaced, and the clients take turns. If the time of a request
    // passes while its client still waits for the previous answer, the request is sent as soon as that answer is here.
    tasks::Operation send_on_schedule() {
        const auto position = static_cast<double>(answered_ * arguments_.connections + client_);
        const double offset_ns = position * 1e9 / static_cast<double>(arguments_.rate);
        intended_ = statistics_.begin_of_schedule() + sys::Nanoseconds{static_cast<std::int64_t>(offset_ns)};
        return sys::now() < intended_ ? this->then(&ClientTask::slept, tasks::Sleep{intended_}) : send_next();
    }
    tasks::Operation send_next() {
        const std::span<const std::byte> request = exchange_.begin(answered_);
        sent_at_ = sys::now();
        return this->then(&ClientTask::sent, tasks::Send{socket_.get(), request});
    }
    tasks::Operation receive_more() {
        return this->then(&ClientTask::received, tasks::Receive{socket_.get(), exchange_.room()});
    }
    void record_latency(sys::TimePoint now) noexcept {
        const sys::Nanoseconds since_sent = now - sent_at_;
        const sys::Nanoseconds latency = open_loop() ? sys::Nanoseconds{now - intended_} : since_sent;
        statistics_.answered(client_, latency.count(), exchange_.payload_bytes());
        if (open_loop()) statistics_.latency_uncorrected().record(since_sent.count());
    }

    std::size_t client_;
    const ClientArguments& arguments_;
    ClientStatistics& statistics_;
    sys::Endpoint server_;
    SocketPlace* place_;
    sys::UniqueFd socket_;
    std::uint64_t answered_ = 0;
    sys::TimePoint sent_at_;
    sys::TimePoint intended_;
    Type exchange_;
};

template <MakesExchange MakeExchange>
[[nodiscard]] std::unique_ptr<tasks::Task> make_client(std::size_t client, const ClientArguments& arguments,
                                                       ClientStatistics& statistics, sys::Endpoint server,
                                                       SocketPlace* place, const MakeExchange& make_exchange) {
    using Type = std::invoke_result_t<const MakeExchange&, std::size_t>;
    return std::make_unique<ClientTask<Type>>(client, arguments, statistics, server, place, make_exchange);
}

}  // namespace workloads
