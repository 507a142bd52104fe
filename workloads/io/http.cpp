// I/O: an HTTP/1.1 server of one small page, for the peer's clients (closed loop, one request at a time on connections
// that are kept) and, by `serve`, for any client: partial requests, pipelined ones, too large and malformed ones.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sys/clock.h"
#include "sys/tcp.h"
#include "workloads/io/acceptor.h"
#include "workloads/io/client_socket.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/clients.h"
#include "workloads/io/http_connection.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span{text}); }

struct HttpArguments {
    std::size_t connections;
    std::size_t page_bytes;
    std::uint64_t requests;  // of each connection
};

constexpr std::string_view request = "GET /index.html HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n";

class HttpClientTask final : public tasks::SteppedTask<HttpClientTask> {
public:
    HttpClientTask(std::size_t client, ClientStatistics& statistics, sys::Endpoint server, std::string_view expected,
                   std::uint64_t requests, SocketPlace& place)
        : SteppedTask{&HttpClientTask::started},
          client_{client},
          statistics_{statistics},
          server_{server},
          expected_{expected},
          requests_{requests},
          place_{place},
          answer_(expected.size()) {}
    ~HttpClientTask() override { place_.store(-1); }

private:
    tasks::Operation started(tasks::Result result) {
        socket_ = open_client_socket(statistics_.next_connection(), result);
        if (!socket_) return give_up(result);
        place_.store(socket_.get());
        return then(&HttpClientTask::connected, tasks::Connect{socket_.get(), server_.native()});
    }
    tasks::Operation connected(tasks::Result result) { return result.failed() ? give_up(result) : ask_next(); }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? give_up(result) : receive_rest(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return give_up({-ECONNRESET});
        received_ += result.bytes();
        if (received_ < answer_.size()) return receive_rest();
        const sys::Nanoseconds latency = sys::now() - asked_at_;
        if (!std::ranges::equal(answer_, as_bytes(expected_))) return give_up({-EBADMSG});
        statistics_.answered(client_, latency.count(), request.size() + answer_.size());
        return ++answered_ < requests_ ? ask_next() : tasks::Finish{answered_};
    }

    tasks::Operation ask_next() {
        received_ = 0;
        asked_at_ = sys::now();
        return then(&HttpClientTask::sent, tasks::Send{socket_.get(), as_bytes(request)});
    }
    tasks::Operation receive_rest() {
        return then(&HttpClientTask::received, tasks::Receive{socket_.get(), std::span{answer_}.subspan(received_)});
    }

    std::size_t client_;
    ClientStatistics& statistics_;
    sys::Endpoint server_;
    std::string_view expected_;
    std::uint64_t requests_;
    SocketPlace& place_;
    sys::UniqueFd socket_;
    std::vector<std::byte> answer_;
    std::size_t received_ = 0;
    std::uint64_t answered_ = 0;
    sys::TimePoint asked_at_;
};

class HttpClients final : public Clients {
public:
    HttpClients(const HttpArguments& arguments, ClientStatistics& statistics, sys::Endpoint server,
                const HttpAnswers& answers)
        : Clients{arguments.connections, arguments.requests, statistics},
          arguments_{arguments},
          server_{server},
          answers_{answers} {}

    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<HttpClientTask>(index, statistics(), server_, answers_.page(), arguments_.requests,
                                                place(index));
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = arguments_.connections, .descriptors_per_task = 1};
    }

private:
    HttpArguments arguments_;
    sys::Endpoint server_;
    const HttpAnswers& answers_;
};

class Http final : public Workload {
public:
    Http(const HttpArguments& arguments, std::size_t acceptors)
        : arguments_{arguments},
          acceptors_{acceptors},
          answers_{arguments.page_bytes},
          statistics_{arguments.connections, arguments.requests} {}

    std::size_t size() const override { return acceptors_; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        auto make_handler = [this](sys::UniqueFd connection) {
            return make_http_connection(std::move(connection), answers_);
        };
        return std::make_unique<Acceptor<decltype(make_handler)>>(listener_.get(), statistics_.tickets(),
                                                                  arguments_.connections, make_handler);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = arguments_.connections + acceptors_, .descriptors_per_task = 1};
    }

    void begin() override { statistics_.begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict finished = verify_finished(ledger); !finished) return finished;
        if (Verdict answered = statistics_.verify(); !answered) return answered;
        const std::uint64_t each = tasks::mix(arguments_.requests, arguments_.requests * answers_.page().size());
        if (ledger.spawned_finished() != arguments_.connections ||
            ledger.spawned_digest_sum() != arguments_.connections * each) {
            return Verdict::invalid("wrong digest from the connections");
        }
        return Verdict::valid();
    }
    Work work() const override { return statistics_.work(); }
    std::unique_ptr<Workload> make_peer() const override {
        return std::make_unique<HttpClients>(arguments_, statistics_, sys::local_endpoint(listener_.get()), answers_);
    }
    Histogram* latency() const override { return &statistics_.latency(); }
    std::string_view latency_meaning() const override { return "time to answer, seen by the client"; }

private:
    HttpArguments arguments_;
    std::size_t acceptors_;
    HttpAnswers answers_;
    mutable ClientStatistics statistics_;  // what const tasks write into: it lies in shared memory
    sys::UniqueFd listener_ = sys::listen_on({}, static_cast<int>(arguments_.connections) + 16);
};

constexpr tasks::Parameter parameters[] = {
    {"connections", 100, 1, 1'000'000, "clients, each with one connection that it keeps"},
    {"page_bytes", 1'024, 40, 1 << 24, "bytes of the page"},
    {"requests", 100, 1, 1'000'000'000, "requests of each connection, one after another"},
};
constexpr Point points[] = {
    {"connections:1/requests:1000", 1}, {"connections:100/requests:50", 1}, {"connections:1000/requests:10", 1}};

}  // namespace

extern constinit const Entry http_entry{
    .name = "http",
    .group = Group::io,
    .unit = "request",
    .summary = "HTTP/1.1 server of one small page, connections kept, under a crowd of clients",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:4/page_bytes:100/requests:3",
    .make = [](const tasks::Arguments& arguments, std::size_t acceptors) -> std::unique_ptr<Workload> {
        return std::make_unique<Http>(HttpArguments{arguments.count("connections"), arguments.count("page_bytes"),
                                                    static_cast<std::uint64_t>(arguments.at("requests"))},
                                      acceptors);
    },
    .make_handler = [](sys::UniqueFd connection) -> std::unique_ptr<tasks::Task> {
        static const HttpAnswers answers{1'024};
        return make_http_connection(std::move(connection), answers);
    },
};

}  // namespace workloads
