// I/O: clients that GET pages over HTTP/1.1 from a peer that answers after a set delay, in chunks. Nearly all of the
// time is waiting, so what a model overlaps is what it gains.
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sys/clock.h"
#include "sys/tcp.h"
#include "workloads/io/acceptor.h"
#include "workloads/io/chunked_response.h"
#include "workloads/io/client_socket.h"
#include "workloads/io/client_statistics.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

struct FetchArguments {
    std::size_t clients;
    std::uint64_t pages;  // for each client
    std::chrono::milliseconds delay;
    std::size_t page_bytes;
};

std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span{text}); }

// Page `number` of a client, and its path.
std::string page_path(std::size_t client, std::uint64_t number) {
    return "/" + std::to_string(client) + "/" + std::to_string(number);
}
std::string page_body(std::string_view path, std::size_t bytes) {
    Checksum seed;
    seed.add(as_bytes(path));
    std::string body(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i) body[i] = static_cast<char>('A' + (seed.value() + 7 * i + i / 64) % 26);
    return body;
}

// The peer's side of a connection.
class PageServerTask final : public tasks::SteppedTask<PageServerTask> {
public:
    PageServerTask(sys::UniqueFd connection, const FetchArguments& arguments)
        : SteppedTask{&PageServerTask::accepted}, connection_{std::move(connection)}, arguments_{arguments} {}

private:
    tasks::Operation accepted(tasks::Result) { return receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return request_.empty() ? tasks::Operation{tasks::Finish{0}} : give_up({-EBADMSG});
        request_.append(buffer_.data(), result.bytes());
        if (!request_.ends_with("\r\n\r\n")) return receive_more();
        return then(&PageServerTask::waited, tasks::Sleep{sys::now() + arguments_.delay});
    }
    tasks::Operation waited(tasks::Result result) {
        if (result.failed()) return give_up(result);
        constexpr std::string_view method = "GET ";
        const std::size_t path_end = request_.find(' ', method.size());
        if (!request_.starts_with(method) || path_end == std::string::npos) return give_up({-EBADMSG});
        body_ = page_body(std::string_view{request_}.substr(method.size(), path_end - method.size()),
                          arguments_.page_bytes);
        request_.clear();
        body_sent_ = 0;
        out_ = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
        return send_chunk();
    }
    // Each chunk is a send of its own, so that a page comes in pieces.
    tasks::Operation chunk_sent(tasks::Result result) {
        if (result.failed()) return give_up(result);
        out_.clear();
        return last_sent_ ? receive_more() : send_chunk();
    }

    tasks::Operation send_chunk() {
        const std::size_t chunk_bytes = (arguments_.page_bytes + 3) / 4;
        const std::string_view chunk = std::string_view{body_}.substr(body_sent_, chunk_bytes);
        std::array<char, 16> digits{};
        const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), chunk.size(), 16).ptr;
        out_.append(std::string_view{digits.data(), end}).append("\r\n").append(chunk).append("\r\n");
        body_sent_ += chunk.size();
        last_sent_ = chunk.empty();
        return then(&PageServerTask::chunk_sent, tasks::Send{connection_.get(), as_bytes(out_)});
    }
    tasks::Operation receive_more() {
        return then(&PageServerTask::received,
                    tasks::Receive{connection_.get(), std::as_writable_bytes(std::span{buffer_})});
    }

    sys::UniqueFd connection_;
    const FetchArguments& arguments_;
    std::array<char, 1024> buffer_{};
    std::string request_;
    std::string body_;
    std::string out_;
    std::size_t body_sent_ = 0;
    bool last_sent_ = false;
};

class FetchTask final : public tasks::SteppedTask<FetchTask> {
public:
    FetchTask(std::size_t client, ClientStatistics& statistics, sys::Endpoint server, const FetchArguments& arguments)
        : SteppedTask{&FetchTask::started},
          client_{client},
          statistics_{statistics},
          server_{server},
          arguments_{arguments} {}

private:
    tasks::Operation started(tasks::Result result) {
        socket_ = open_client_socket(statistics_.next_connection(), result);
        if (!socket_) return give_up(result);
        return then(&FetchTask::connected, tasks::Connect{socket_.get(), server_.native()});
    }
    tasks::Operation connected(tasks::Result result) { return result.failed() ? give_up(result) : ask_next(); }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? give_up(result) : receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return give_up({-ECONNRESET});
        const auto state = response_.read(std::as_bytes(std::span{buffer_}).first(result.bytes()));
        if (state == ChunkedResponse::State::malformed) return give_up({-EBADMSG});
        if (state == ChunkedResponse::State::unfinished) return receive_more();
        const sys::Nanoseconds latency = sys::now() - asked_at_;
        digest_ = tasks::mix(digest_, response_.body_checksum());
        statistics_.answered(client_, latency.count(), response_.body_bytes());
        return ++fetched_ < arguments_.pages ? ask_next() : tasks::Finish{digest_};
    }

    tasks::Operation ask_next() {
        response_ = {};
        request_ = "GET " + page_path(client_, fetched_) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        asked_at_ = sys::now();
        return then(&FetchTask::sent, tasks::Send{socket_.get(), as_bytes(request_)});
    }
    tasks::Operation receive_more() {
        return then(&FetchTask::received, tasks::Receive{socket_.get(), std::as_writable_bytes(std::span{buffer_})});
    }

    std::size_t client_;
    ClientStatistics& statistics_;
    sys::Endpoint server_;
    const FetchArguments& arguments_;
    sys::UniqueFd socket_;
    std::string request_;
    std::array<char, 8192> buffer_;
    ChunkedResponse response_;
    std::uint64_t digest_ = 0;
    std::uint64_t fetched_ = 0;
    sys::TimePoint asked_at_;
};

class PageServer final : public Workload {
public:
    PageServer(const FetchArguments& arguments, ClientStatistics& statistics, int listener)
        : arguments_{arguments}, statistics_{statistics}, listener_{listener} {}

    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        auto make_handler = [this](sys::UniqueFd connection) {
            return std::make_unique<PageServerTask>(std::move(connection), arguments_);
        };
        return std::make_unique<Acceptor<decltype(make_handler)>>(listener_, statistics_.tickets(), arguments_.clients,
                                                                  make_handler);
    }
    tasks::Demand demand() const override { return {arguments_.clients + 1, 1}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict finished = verify_finished(ledger); !finished) return finished;
        return ledger.spawned_finished() == arguments_.clients ? Verdict::valid()
                                                               : Verdict::invalid("a client did not come");
    }
    Work work() const override { return statistics_.work(); }

private:
    FetchArguments arguments_;
    ClientStatistics& statistics_;
    int listener_;  // the workload's, which outlives this
};

class Fetch final : public Workload {
public:
    explicit Fetch(const FetchArguments& arguments)
        : arguments_{arguments}, statistics_{arguments.clients, arguments.pages} {
        for (std::size_t client = 0; client < arguments.clients; ++client) {
            std::uint64_t digest = 0;
            for (std::uint64_t page = 0; page < arguments.pages; ++page) {
                Checksum body;
                body.add(as_bytes(page_body(page_path(client, page), arguments.page_bytes)));
                digest = tasks::mix(digest, body.value());
            }
            expected_.push_back(digest);
        }
    }

    std::size_t size() const override { return arguments_.clients; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<FetchTask>(index, statistics_, server_, arguments_);
    }
    tasks::Demand demand() const override { return {arguments_.clients, 1}; }

    void begin() override { statistics_.begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict digests = verify_digests(ledger, [this](std::size_t index) { return expected_[index]; });
            !digests) {
            return digests;
        }
        return statistics_.verify();
    }
    Work work() const override { return statistics_.work(); }
    std::unique_ptr<Workload> make_peer() const override {
        return std::make_unique<PageServer>(arguments_, statistics_, listener_.get());
    }
    Histogram* latency() const override { return &statistics_.latency(); }
    std::string_view latency_meaning() const override { return "time to get a page, its delay included"; }

private:
    FetchArguments arguments_;
    mutable ClientStatistics statistics_;  // what const tasks write into: it lies in shared memory
    std::vector<std::uint64_t> expected_;
    sys::UniqueFd listener_ = sys::listen_on({}, static_cast<int>(arguments_.clients) + 16);
    sys::Endpoint server_ = sys::local_endpoint(listener_.get());
};

constexpr tasks::Parameter parameters[] = {
    {"clients", 20, 1, 1'000'000, "clients, each with one connection"},
    {"pages", 2, 1, 1'000'000, "pages that each gets, one after another"},
    {"delay_ms", 5, 0, 60'000, "milliseconds before the peer answers"},
    {"page_bytes", 4096, 1, 1 << 24, "bytes of a page, sent in four chunks"},
};
constexpr Point points[] = {
    {"clients:1/pages:2/delay_ms:5", 1},
    {"clients:20/pages:2/delay_ms:5", 1},
    {"clients:100/pages:2/delay_ms:5", 1},
};

}  // namespace

extern constinit const Entry fetch_entry{
    .name = "fetch",
    .group = Group::io,
    .unit = "page",
    .summary = "HTTP clients of a peer that answers after a delay, in chunks",
    .parameters = parameters,
    .points = points,
    .smoke = "clients:4/pages:2/delay_ms:1/page_bytes:1000",
    .make = [](const tasks::Arguments& arguments, std::size_t) -> std::unique_ptr<Workload> {
        return std::make_unique<Fetch>(
            FetchArguments{arguments.count("clients"), static_cast<std::uint64_t>(arguments.at("pages")),
                           std::chrono::milliseconds{arguments.at("delay_ms")}, arguments.count("page_bytes")});
    },
};

}  // namespace workloads
