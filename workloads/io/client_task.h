#pragma once

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "sys/clock.h"
#include "sys/tcp.h"
#include "tasks/task.h"
#include "workloads/io/client_socket.h"
#include "workloads/io/client_statistics.h"

namespace workloads {

// What the clients of one workload ask and expect. ClientTask does the rest: socket, pace and times.
template <class Type>
concept Exchange = requires(Type exchange, std::uint64_t number, std::size_t bytes) {
    // Begins request `number` of this client, from 0, and returns its bytes; they are valid until the next begin().
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

// Its requests are of two classes, which are timed apart. The class follows from the number of the request in its
// window, so that it is the same for all models.
template <class Type>
concept ClassifiedExchange = Exchange<Type> && requires(Type exchange, std::optional<std::uint64_t> number) {
    // Called before each begin(). Nullopt: the request belongs to the first round, which is not timed.
    {exchange.choose(number)};
    // Of the last request that was chosen.
    { exchange.request_class() } -> std::same_as<RequestClass>;
};

template <class Function>
concept MakesExchange = Exchange<std::invoke_result_t<const Function&, std::size_t>>;

// What a client does next, after it connected and after each answer.
enum class ClientStep {
    send,      // the next request
    sleep,     // until Pace::until(), then ask again
    await,     // Pace::event(), then ask again
    announce,  // Pace::event(), then ask again
    turn,      // call Pace::turn(), then ask again
    finish,
};

// When a client sends its requests, and how many.
template <class Type>
concept Pace = requires(Type pace, sys::TimePoint time, std::uint64_t bytes) {
    { pace.next() } -> std::same_as<ClientStep>;
    { pace.until() } -> std::same_as<sys::TimePoint>;
    { pace.event() } -> std::same_as<int>;
    {pace.turn()};
    // The answer to a request that was sent at the first time arrived at the second.
    {pace.answered(time, time, bytes)};
    // The client ends with an error. True: announce event() first, because others wait for this client.
    { pace.fail() } -> std::same_as<bool>;
    // Another client has failed, so that the run ends.
    { pace.has_failed() } -> std::same_as<bool>;
};

// The semaphore of a permit to connect, which a client gives back when it has its first answer: then the server has
// accepted its connection. So the clients never fill the listen queue, which drops what does not fit.
constexpr int connect_permit = 0;

// Connects to the server, and sends one request after another. The statistics and the place outlive the task.
template <Exchange Type, Pace PaceType>
class ClientTask final : public tasks::SteppedTask<ClientTask<Type, PaceType>> {
    using Base = tasks::SteppedTask<ClientTask>;

public:
    // `place` may be null. The exchange is made in place: it may hold a large buffer. `needs_permit`: to connect.
    template <class MakeExchange>
    ClientTask(std::size_t client, PaceType pace, ClientStatistics& statistics, sys::Endpoint server,
               SocketPlace* place, const MakeExchange& make_exchange, bool needs_permit)
        : Base{needs_permit ? &ClientTask::started : &ClientTask::permitted},
          pace_{std::move(pace)},
          statistics_{statistics},
          server_{server},
          place_{place},
          exchange_(make_exchange(client)) {}
    ~ClientTask() override { publish(-1); }

    void compute() override { pace_.turn(); }

private:
    tasks::Operation started(tasks::Result) {
        return this->then(&ClientTask::permit_acquired, tasks::Acquire{connect_permit});
    }
    tasks::Operation permit_acquired(tasks::Result result) {
        if (result.failed()) return fail(result);
        has_permit_ = true;
        // Whoever failed may have shut the listener down: that this client is refused would tell nothing.
        return pace_.has_failed() ? fail({-ECONNRESET}) : permitted(result);
    }
    tasks::Operation permitted(tasks::Result result) {
        socket_ = open_client_socket(statistics_.next_connection(), result);
        if (!socket_) return fail(result);
        publish(socket_.get());
        return this->then(&ClientTask::ready, tasks::Connect{socket_.get(), server_.native()});
    }
    tasks::Operation ready(tasks::Result result) { return result.failed() ? fail(result) : go_on(); }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? fail(result) : receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (result.bytes() == 0) return fail({-ECONNRESET});
        if (!exchange_.add(result.bytes())) return receive_more();
        const sys::TimePoint now = sys::now();
        if (!exchange_.check()) return fail({-EBADMSG});
        if constexpr (ClassifiedExchange<Type>) {
            pace_.answered(sent_at_, now, exchange_.payload_bytes(), exchange_.request_class());
        } else {
            pace_.answered(sent_at_, now, exchange_.payload_bytes());
        }
        ++answered_;
        return std::exchange(has_permit_, false) ? give_back(&ClientTask::ready) : go_on();
    }
    tasks::Operation failed(tasks::Result) {
        if (!tells_others_) return tasks::Finish{0, error_};
        return this->then(&ClientTask::others_told, tasks::Announce{pace_.event()});
    }
    tasks::Operation others_told(tasks::Result) { return tasks::Finish{0, error_}; }

    tasks::Operation go_on() {
        switch (pace_.next()) {
            case ClientStep::send: return send_next();
            case ClientStep::sleep: return this->then(&ClientTask::ready, tasks::Sleep{pace_.until()});
            case ClientStep::await: return this->then(&ClientTask::ready, tasks::Await{pace_.event()});
            case ClientStep::announce: return this->then(&ClientTask::ready, tasks::Announce{pace_.event()});
            case ClientStep::turn: return this->then(&ClientTask::ready, tasks::Compute{});
            case ClientStep::finish: break;
        }
        return tasks::Finish{exchange_.digest()};
    }
    tasks::Operation send_next() {
        if constexpr (ClassifiedExchange<Type>) exchange_.choose(pace_.number());
        const std::span<const std::byte> request = exchange_.begin(answered_);
        sent_at_ = sys::now();
        return this->then(&ClientTask::sent, tasks::Send{socket_.get(), request});
    }
    tasks::Operation receive_more() {
        return this->then(&ClientTask::received, tasks::Receive{socket_.get(), exchange_.room()});
    }
    tasks::Operation fail(tasks::Result result) {
        statistics_.failed(result.error());
        error_ = result.error();
        tells_others_ = pace_.fail();
        return std::exchange(has_permit_, false) ? give_back(&ClientTask::failed) : failed(result);
    }
    tasks::Operation give_back(typename Base::Step next) { return this->then(next, tasks::Release{connect_permit}); }
    void publish(int socket) noexcept {
        if (place_ != nullptr) place_->store(socket);
    }

    PaceType pace_;
    ClientStatistics& statistics_;
    sys::Endpoint server_;
    SocketPlace* place_;
    sys::UniqueFd socket_;
    std::uint64_t answered_ = 0;
    int error_ = 0;
    bool has_permit_ = false;
    bool tells_others_ = false;
    sys::TimePoint sent_at_;
    Type exchange_;
};

template <Pace PaceType, MakesExchange MakeExchange>
[[nodiscard]] std::unique_ptr<tasks::Task> make_client(std::size_t client, PaceType pace, ClientStatistics& statistics,
                                                       sys::Endpoint server, SocketPlace* place,
                                                       const MakeExchange& make_exchange, bool needs_permit = false) {
    using Type = std::invoke_result_t<const MakeExchange&, std::size_t>;
    return std::make_unique<ClientTask<Type, PaceType>>(client, std::move(pace), statistics, server, place,
                                                        make_exchange, needs_permit);
}

}  // namespace workloads
