// I/O: pairs of tasks send a byte back and forth over a pair of sockets, and wait for each other. The measured time is
// that of waking a task. Idle tasks wait at the same time for a byte that comes only at the end, so that their cost for
// the active tasks can be measured.
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <vector>

#include "sys/check.h"
#include "sys/shared_memory.h"
#include "sys/unique_fd.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

struct PingPongArguments {
    explicit PingPongArguments(const tasks::Arguments& arguments)
        : pairs{arguments.count("pairs")}, idle{arguments.count("idle")}, round_trips{arguments.count("round_trips")} {}
    std::size_t pairs;
    std::size_t idle;
    std::uint64_t round_trips;  // of each pair
};

// Two connected sockets. They are blocking; an event loop uses MSG_DONTWAIT.
struct SocketPair {
    SocketPair() {
        std::array<int, 2> ends{};
        sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        left = sys::UniqueFd{ends[0]};
        right = sys::UniqueFd{ends[1]};
    }
    sys::UniqueFd left;
    sys::UniqueFd right;
};

struct Sockets {
    explicit Sockets(const PingPongArguments& arguments) : active(arguments.pairs), idle(arguments.idle) {}
    std::vector<SocketPair> active;
    std::vector<SocketPair> idle;
};

// One end of a pair: it receives a byte, and sends back the next number. The left end begins.
class PlayerTask final : public tasks::SteppedTask<PlayerTask> {
public:
    PlayerTask(std::size_t player, const PingPongArguments& arguments, const Sockets& sockets,
               std::atomic<std::uint64_t>& playing)
        : SteppedTask{&PlayerTask::started},
          serves_{player % 2 == 0},
          socket_{serves_ ? sockets.active[player / 2].left.get() : sockets.active[player / 2].right.get()},
          left_{arguments.round_trips},
          idle_{sockets.idle},
          playing_{playing} {}

private:
    tasks::Operation started(tasks::Result) { return serves_ ? hit() : wait(); }
    tasks::Operation sent(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (!serves_ && --left_ == 0) return leave();
        return wait();
    }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return give_up({-ECONNRESET});
        digest_ = tasks::mix(digest_, std::to_integer<std::uint64_t>(ball_[0]));
        ball_[0] = static_cast<std::byte>(std::to_integer<unsigned>(ball_[0]) + 1);
        if (serves_ && --left_ == 0) return leave();
        return hit();
    }
    // The last active task sends the idle tasks their byte.
    tasks::Operation leave() { return playing_.fetch_sub(1) == 1 ? release_next({}) : tasks::Finish{digest_}; }
    tasks::Operation release_next(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (released_ == idle_.size()) return tasks::Finish{digest_};
        return then(&PlayerTask::release_next, tasks::Send{idle_[released_++].left.get(), ball_});
    }

    tasks::Operation hit() { return then(&PlayerTask::sent, tasks::Send{socket_, ball_}); }
    tasks::Operation wait() { return then(&PlayerTask::received, tasks::Receive{socket_, ball_}); }

    bool serves_;
    int socket_;
    std::uint64_t left_;
    const std::vector<SocketPair>& idle_;
    std::atomic<std::uint64_t>& playing_;
    std::array<std::byte, 1> ball_{};
    std::uint64_t digest_ = 0;
    std::size_t released_ = 0;
};

class WaitingTask final : public tasks::SteppedTask<WaitingTask> {
public:
    WaitingTask(std::size_t index, int socket) : SteppedTask{&WaitingTask::started}, index_{index}, socket_{socket} {}

private:
    tasks::Operation started(tasks::Result) {
        return then(&WaitingTask::received, tasks::Receive{socket_, std::span{byte_}});
    }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        return tasks::Finish{tasks::mix(index_, result.bytes())};
    }

    std::size_t index_;
    int socket_;
    std::array<std::byte, 1> byte_{};
};

class PingPong final : public Workload {
public:
    explicit PingPong(const tasks::Arguments& arguments) : arguments_{arguments}, sockets_{arguments_} {
        // The left end receives 1, 3, 5, ..., and the right end 0, 2, 4, ...
        for (std::uint64_t trip = 0; trip < arguments_.round_trips; ++trip) {
            left_digest_ = tasks::mix(left_digest_, (2 * trip + 1) % 256);
            right_digest_ = tasks::mix(right_digest_, 2 * trip % 256);
        }
    }

    // Idle tasks come first, so that they wait already when the active tasks begin.
    std::size_t size() const override { return arguments_.idle + 2 * arguments_.pairs; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index < arguments_.idle) return std::make_unique<WaitingTask>(index, sockets_.idle[index].right.get());
        return std::make_unique<PlayerTask>(index - arguments_.idle, arguments_, sockets_, *playing_);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size(),
                .descriptors_per_task = 0,
                .descriptors_lent = 2 * (arguments_.pairs + arguments_.idle),
                .together = size(),
                .events = 0};
    }
    void begin() override { playing_->store(2 * arguments_.pairs); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) {
            if (index < arguments_.idle) return tasks::mix(index, 1);
            return (index - arguments_.idle) % 2 == 0 ? left_digest_ : right_digest_;
        });
    }
    Work work() const override {
        const std::uint64_t round_trips = arguments_.pairs * arguments_.round_trips;
        return {.units = round_trips, .bytes = 2 * round_trips, .fairness = {}};
    }

private:
    PingPongArguments arguments_;
    Sockets sockets_;
    sys::Shared<std::atomic<std::uint64_t>> playing_;
    std::uint64_t left_digest_ = 0;
    std::uint64_t right_digest_ = 0;
};

constexpr tasks::Parameter parameters[] = {
    {"pairs", 1, 1, 100'000, "pairs of tasks that send a byte back and forth"},
    {"idle", 0, 0, 1'000'000, "tasks that wait meanwhile, two descriptors each"},
    {"round_trips", 1'000, 1, 1'000'000'000, "round trips of each pair"},
};
constexpr Point points[] = {
    {"pairs:1/idle:0/round_trips:2000", 1},
    {"pairs:100/idle:0/round_trips:20", 1},
    {"pairs:1/idle:150/round_trips:500", 1},
    {"pairs:1/idle:450/round_trips:500", 1},
};

}  // namespace

extern constinit const Entry ping_pong_entry{
    .name = "ping_pong",
    .group = Group::io,
    .unit = "round trip",
    .summary = "pairs of tasks that send a byte back and forth, while idle tasks wait",
    .parameters = parameters,
    .points = points,
    .smoke = "pairs:1/idle:0/round_trips:5",
    .make = make_workload<PingPong>,
};

}  // namespace workloads
