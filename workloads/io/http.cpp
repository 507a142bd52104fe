// I/O: an HTTP/1.1 server of one small page. The peer's clients keep their connections, and send one request at a time
// (closed loop). `serve` runs the same server for any client: it handles requests that are partial, pipelined, too
// large or malformed.
#include <memory>
#include <span>
#include <string_view>

#include "workloads/integer_work.h"
#include "workloads/io/http_connection.h"
#include "workloads/io/known_answer.h"
#include "workloads/io/server.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr std::string_view request = "GET /index.html HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n";

class HttpExchange : public KnownAnswer {
public:
    explicit HttpExchange(std::string_view expected) : KnownAnswer{expected.size()}, expected_{expected} {}

    std::span<const std::byte> begin(std::uint64_t) noexcept {
        begin_answer();
        return std::as_bytes(std::span{request});
    }
    bool check() noexcept { return equals(std::as_bytes(std::span{expected_})); }
    std::uint64_t payload_bytes() const noexcept { return request.size() + expected_.size(); }

private:
    std::string_view expected_;
};

class Http final : public Server {
public:
    Http(const ClientArguments& arguments, std::size_t page_bytes, std::int64_t work_us, Acceptors acceptors)
        : Server{arguments, acceptors}, answers_{page_bytes}, work_us_{work_us} {}

    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t shards_most) const override {
        return make_clients(shards_most, [this](std::size_t) { return HttpExchange{answers_.page()}; });
    }

private:
    std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const override {
        return make_http_connection(std::move(connection), answers_, work_us_);
    }
    std::uint64_t expected_digest(std::size_t, std::uint64_t requests) const override {
        return tasks::mix(requests, requests * (answers_.page().size() + work_result_));
    }

    HttpAnswers answers_;
    std::int64_t work_us_;
    std::uint64_t work_result_ = integer_work(work_us_);
};

constexpr tasks::Parameter parameters[] = {
    {"connections", 100, 1, 1'000'000, "clients, each with one connection that it keeps"},
    {"page_bytes", 1'024, 40, 1 << 24, "bytes of the page"},
    {"requests", 20'000, 1, 1'000'000'000, "requests of all connections together in each window"},
    {"work_us", 0, 0, 1'000'000, "what the server computes for each request: about so many microseconds"},
};
constexpr Point points[] = {
    {"connections:1", 1},
    {"connections:100", 1},
    {"connections:1000", 1},
    {"connections:100/requests:5000/work_us:20", 1},
};

}  // namespace

extern constinit const Entry http_entry{
    .name = "http",
    .group = Group::io,
    .unit = "request",
    .summary = "HTTP/1.1 server of one small page, for many clients that keep their connections",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:4/page_bytes:100/requests:12/work_us:1",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        return std::make_unique<Http>(ClientArguments{arguments.count("connections"), arguments.count("requests")},
                                      arguments.count("page_bytes"), arguments.at("work_us"), acceptors);
    },
    .check = require_a_request_for_each,
    .kept_open = connections_of,
    .make_handler = [](sys::UniqueFd connection) -> std::unique_ptr<tasks::Task> {
        static const HttpAnswers answers{1'024};
        return make_http_connection(std::move(connection), answers);
    },
};

}  // namespace workloads
