// I/O: clients that GET pages over HTTP/1.1. The peer is the server: it answers after a fixed delay, and in chunks.
// Nearly all of the time is waiting, so a model is fast if it lets many clients wait at the same time.
#include <algorithm>
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
#include "workloads/io/client_pace.h"
#include "workloads/io/client_statistics.h"
#include "workloads/io/client_task.h"
#include "workloads/io/listeners.h"
#include "workloads/io/server.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

struct FetchArguments {
    explicit FetchArguments(const tasks::Arguments& arguments)
        : clients{arguments.count("clients")},
          pages{arguments.count("pages")},
          delay{arguments.at("delay_ms")},
          page_bytes{arguments.count("page_bytes")} {}
    std::size_t clients;
    std::uint64_t pages;  // of each client
    std::chrono::milliseconds delay;
    std::size_t page_bytes;
};

// The path of page `number` of a client, and the text of the page with a path.
std::string page_path(std::size_t client, std::uint64_t number) {
    return "/" + std::to_string(client) + "/" + std::to_string(number);
}
std::string page_body(std::string_view path, std::size_t bytes) {
    Checksum seed;
    seed.add(std::as_bytes(std::span{path}));
    std::string body(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i) body[i] = static_cast<char>('A' + (seed.value() + 7 * i + i / 64) % 26);
    return body;
}

// The peer's task for one connection.
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
    // Each chunk is sent by itself, so that the client receives a page in pieces.
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
        return then(&PageServerTask::chunk_sent, tasks::Send{connection_.get(), std::as_bytes(std::span{out_})});
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

class FetchExchange {
public:
    explicit FetchExchange(std::size_t client) : client_{client} {}

    std::span<const std::byte> begin(std::uint64_t number) {
        response_ = {};
        request_ = "GET " + page_path(client_, number) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        return std::as_bytes(std::span{request_});
    }
    std::span<std::byte> room() noexcept { return buffer_; }
    bool add(std::size_t bytes) {
        state_ = response_.read(std::span{buffer_}.first(bytes));
        return state_ != ChunkedResponse::State::unfinished;
    }
    bool check() noexcept {
        digest_ = tasks::mix(digest_, response_.body_checksum());
        return state_ == ChunkedResponse::State::complete;
    }
    std::uint64_t payload_bytes() const noexcept { return response_.body_bytes(); }
    std::uint64_t digest() const noexcept { return digest_; }

private:
    std::size_t client_;
    std::string request_;
    std::array<std::byte, 8192> buffer_;
    ChunkedResponse response_;
    ChunkedResponse::State state_ = ChunkedResponse::State::unfinished;
    std::uint64_t digest_ = 0;
};

// One of the processes that answer: each accepts from the common listener.
class PageServer final : public Workload {
public:
    // `acceptor`: each process has one.
    PageServer(std::size_t acceptor, const FetchArguments& arguments, ClientStatistics& statistics,
               const Listeners& listeners)
        : acceptor_{acceptor}, arguments_{arguments}, statistics_{statistics}, listeners_{listeners} {}

    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        return make_acceptor(acceptor_, listeners_, [this](sys::UniqueFd connection) {
            return std::make_unique<PageServerTask>(std::move(connection), arguments_);
        });
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = connections() + 1, .descriptors_per_task = 1, .sleeps = true};
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_served(ledger, listeners_.connections_by_acceptor()[acceptor_]);
    }
    Work work() const override { return statistics_.work(); }
    void hang_up() noexcept override { listeners_.shut_down(); }

private:
    [[nodiscard]] std::size_t connections() const noexcept { return arguments_.clients; }

    std::size_t acceptor_;
    FetchArguments arguments_;
    ClientStatistics& statistics_;  // both belong to Fetch, which outlives its peer
    const Listeners& listeners_;
};

class Fetch final : public Workload {
public:
    explicit Fetch(const tasks::Arguments& arguments) : arguments_{arguments} {
        for (std::size_t client = 0; client < size(); ++client) {
            std::uint64_t digest = 0;
            for (std::uint64_t page = 0; page < arguments_.pages; ++page) {
                const std::string body_text = page_body(page_path(client, page), arguments_.page_bytes);
                Checksum body;
                body.add(std::as_bytes(std::span{body_text}));
                digest = tasks::mix(digest, body.value());
            }
            expected_.push_back(digest);
        }
    }

    std::size_t size() const override { return arguments_.clients; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return make_client(index, FixedPace{arguments_.pages, statistics_}, statistics_, server_, nullptr,
                           [](std::size_t client) { return FetchExchange{client}; });
    }
    tasks::Demand demand() const override { return {.tasks_at_once = size(), .descriptors_per_task = 1}; }

    void begin() override {
        statistics_.begin();
        listeners_.begin();
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict accepted = listeners_.verify(); !accepted) return accepted;
        return verify_digests(ledger, [this](std::size_t index) { return expected_[index]; });
    }
    Work work() const override { return statistics_.work(); }
    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t shards_most) const override {
        const std::size_t count = std::min(shards_most, arguments_.clients);
        listeners_.deal_to(count);
        std::vector<std::unique_ptr<Workload>> shards;
        for (std::size_t index = 0; index < count; ++index) {
            shards.push_back(std::make_unique<PageServer>(index, arguments_, statistics_, listeners_));
        }
        return shards;
    }
    ShardedHistogram* latency() const override { return &statistics_.latency(); }
    std::string_view latency_meaning() const override { return "time to get a page, its delay included"; }

private:
    FetchArguments arguments_;
    mutable ClientStatistics statistics_;  // in shared memory; tasks write it
    std::vector<std::uint64_t> expected_;
    mutable Listeners listeners_{Acceptors{}, size(), size()};  // of the peer
    sys::Endpoint server_ = listeners_.endpoint();
};

constexpr tasks::Parameter parameters[] = {
    {"clients", 20, 1, 1'000'000, "clients, each with one connection"},
    {"pages", 2, 1, 1'000'000, "pages of each client, one after another"},
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
    .make = make_workload<Fetch>,
};

}  // namespace workloads
