// I/O: connections that are made, carry one request, and are closed. The server is echo's. The price of a connection:
// accepting it, starting a task for it, and ending both. (echo and http measure serving alone.)
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <vector>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "sys/tcp.h"
#include "workloads/io/acceptor.h"
#include "workloads/io/client_socket.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/io/echo.h"
#include "workloads/io/listeners.h"
#include "workloads/io/server.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

struct ChurnArguments {
    explicit ChurnArguments(const tasks::Arguments& arguments)
        : clients{arguments.count("clients")},
          connections{arguments.count("connections")},
          payload{arguments.count("payload")} {}
    std::size_t clients;        // at once
    std::uint64_t connections;  // in a run
    std::size_t payload;
};

// What the connections of a run share.
struct Clientele {
    ChurnArguments arguments;
    sys::Endpoint server;
    ClientStatistics& statistics;
    std::atomic<std::uint64_t>& next;  // the number of the next connection
    Shard shard;
    mutable std::vector<SocketPlace> places;  // by client of the shard
};

// One connection of a client: connects, asks, compares the answer, starts the client's next connection, and ends. A
// task for each connection, because a task keeps its sockets open until it finishes.
class ConnectionTask final : public tasks::SteppedTask<ConnectionTask> {
public:
    // `client`: of the shard. `number`: of all connections.
    ConnectionTask(std::size_t client, std::uint64_t number, const Clientele& clientele)
        : SteppedTask{&ConnectionTask::started},
          client_{client},
          clientele_{clientele},
          exchange_{static_cast<std::size_t>(number), clientele.arguments.payload} {}
    ~ConnectionTask() override {
        // The client's next connection may stand there already.
        int own = socket_.get();
        clientele_.places[client_].compare_exchange_strong(own, -1);
    }

private:
    tasks::Operation started(tasks::Result result) {
        socket_ = open_client_socket(clientele_.statistics.next_connection(), result);
        if (!socket_) return fail(result);
        clientele_.places[client_].store(socket_.get());
        began_ = sys::now();
        return then(&ConnectionTask::connected, tasks::Connect{socket_.get(), clientele_.server.native()});
    }
    tasks::Operation connected(tasks::Result result) {
        if (result.failed()) return fail(result);
        return then(&ConnectionTask::sent, tasks::Send{socket_.get(), exchange_.begin(0)});
    }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? fail(result) : receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (result.bytes() == 0) return fail({-ECONNRESET});
        if (!exchange_.add(result.bytes())) return receive_more();
        const sys::TimePoint now = sys::now();
        if (!exchange_.check()) return fail({-EBADMSG});
        clientele_.statistics.answered(clientele_.shard.index, now - began_, exchange_.payload_bytes());
        const std::uint64_t next = clientele_.next.fetch_add(1, std::memory_order_relaxed);
        if (next >= clientele_.arguments.connections) return tasks::Finish{0};
        return then(&ConnectionTask::spawned,
                    tasks::Spawn{std::make_unique<ConnectionTask>(client_, next, clientele_)});
    }
    tasks::Operation spawned(tasks::Result result) { return result.failed() ? fail(result) : tasks::Finish{0}; }

    tasks::Operation fail(tasks::Result result) {
        clientele_.statistics.failed(result.error());
        return give_up(result);
    }
    tasks::Operation receive_more() {
        return then(&ConnectionTask::received, tasks::Receive{socket_.get(), exchange_.room()});
    }

    std::size_t client_;
    const Clientele& clientele_;
    sys::UniqueFd socket_;
    sys::TimePoint began_;
    EchoExchange exchange_;
};

class ChurningClients final : public Workload {
public:
    ChurningClients(Shard shard, const ChurnArguments& arguments, ClientStatistics& statistics,
                    std::atomic<std::uint64_t>& next, const Listeners& listeners)
        : listeners_{listeners}, clientele_{arguments,  listeners.endpoint(),
                                            statistics, next,
                                            shard,      std::vector<SocketPlace>(shard.size(arguments.clients))} {
        for (SocketPlace& place : clientele_.places) place.store(-1);
    }

    std::size_t size() const override { return clientele_.places.size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        const std::size_t first = clientele_.shard.first(clientele_.arguments.clients);
        return std::make_unique<ConnectionTask>(index, first + index, clientele_);
    }
    // A client's next connection begins before its last one has ended.
    tasks::Demand demand() const override { return {.tasks_at_once = 2 * size(), .descriptors_per_task = 1}; }
    Verdict verify(const tasks::Ledger& ledger) const override { return verify_finished(ledger); }
    Work work() const override { return clientele_.statistics.work(); }
    std::uint64_t progress() const noexcept override { return clientele_.statistics.progress(); }
    void hang_up() noexcept override { hang_up_all(listeners_, clientele_.places); }

private:
    const Listeners& listeners_;
    Clientele clientele_;
};

class Churn final : public Workload {
public:
    Churn(const ChurnArguments& arguments, Acceptors acceptors)
        : arguments_{arguments}, listeners_{acceptors, arguments.connections, 2 * arguments.clients} {
        for (std::uint64_t number = 0; number < arguments.connections; ++number) {
            EchoExchange exchange{static_cast<std::size_t>(number), arguments.payload};
            (void)exchange.begin(0);
            expected_digest_sum_ += tasks::mix(arguments.payload, exchange.answer_sum());
        }
    }

    std::size_t size() const override { return listeners_.acceptors(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return make_acceptor(index, listeners_, [payload = arguments_.payload](sys::UniqueFd connection) {
            return make_echo_connection(std::move(connection), std::max<std::size_t>(4096, 2 * payload));
        });
    }
    // The handler of a connection may see its end after the client's next connection was accepted.
    tasks::Demand demand() const override {
        return {.tasks_at_once = 2 * arguments_.clients + size(), .descriptors_per_task = 1, .staying = size()};
    }
    void begin() override {
        statistics_.begin();
        listeners_.begin();
        // Each client begins with the connection of its own number.
        next_->store(arguments_.clients);
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict accepted = listeners_.verify(); !accepted) return accepted;
        if (Verdict clients = statistics_.verify(); !clients) return clients;
        if (Verdict served = verify_served(ledger, arguments_.connections); !served) return served;
        return ledger.spawned_digest_sum() == expected_digest_sum_
                   ? Verdict::valid()
                   : Verdict::invalid("wrong digest from the connections");
    }
    Work work() const override { return statistics_.work(); }
    std::vector<std::uint64_t> connections_by_acceptor() const override { return listeners_.connections_by_acceptor(); }
    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t shards_most) const override {
        const std::size_t count = std::min(shards_most, arguments_.clients);
        statistics_.divide(count);
        std::vector<std::unique_ptr<Workload>> shards;
        for (std::size_t index = 0; index < count; ++index) {
            shards.push_back(
                std::make_unique<ChurningClients>(Shard{index, count}, arguments_, statistics_, *next_, listeners_));
        }
        return shards;
    }
    ShardedHistogram* latency() const override { return &statistics_.latency(); }
    std::string_view latency_meaning() const override { return "time to connect and get the first answer"; }

private:
    ChurnArguments arguments_;
    std::uint64_t expected_digest_sum_ = 0;
    mutable ClientStatistics statistics_;  // both in shared memory; tasks write them
    sys::Shared<std::atomic<std::uint64_t>> next_;
    Listeners listeners_;
};

constexpr tasks::Parameter parameters[] = {
    {"clients", 100, 1, 1'000'000, "clients at once; each makes one connection after another"},
    {"payload", 64, 1, 1 << 24, "bytes of a request, and of its answer"},
    {"connections", 2'000, 1, 100'000'000, "connections of all clients together, with one request each"},
};
constexpr Point points[] = {
    {"clients:1/connections:500", 1},
    {"clients:100/connections:2000", 1},
};

}  // namespace

extern constinit const Entry churn_entry{
    .name = "churn",
    .group = Group::io,
    .unit = "connection",
    .summary = "TCP server whose clients connect, send one request, and close the connection",
    .parameters = parameters,
    .points = points,
    .smoke = "clients:4/payload:100/connections:12",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        return std::make_unique<Churn>(ChurnArguments{arguments}, acceptors);
    },
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "connections", "clients"); },
};

}  // namespace workloads
