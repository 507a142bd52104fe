// I/O: pairs of tasks send a byte back and forth over a pair of sockets, and wait for each other. The measured time is
// that of waking a task. It is timed in windows: a referee, a task of its own, keeps the gates.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "sys/check.h"
#include "sys/clock.h"
#include "sys/unique_fd.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

struct PingPongArguments {
    explicit PingPongArguments(const tasks::Arguments& arguments)
        : pairs{arguments.count("pairs")}, round_trips{arguments.count("round_trips")} {}
    std::size_t pairs;
    std::uint64_t round_trips;  // of all pairs in a window
};

// All tasks, with the referee.
std::size_t task_count(const PingPongArguments& arguments) { return 1 + 2 * arguments.pairs; }

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
    explicit Sockets(std::size_t pairs) : active(pairs), gates(pairs) {}
    std::vector<SocketPair> active;
    // Between the referee (left) and each server (right). Not events: those do not cross from one loop to another in
    // every model. Each end is used by one task only, as an event loop expects it.
    std::vector<SocketPair> gates;

    // Every task then receives the end of the stream, and fails too.
    void shut_down() const noexcept {
        for (const auto* const pairs : {&active, &gates}) {
            for (const SocketPair& pair : *pairs) {
                ::shutdown(pair.left.get(), SHUT_RDWR);
                ::shutdown(pair.right.get(), SHUT_RDWR);
            }
        }
    }
};

// A task that fails ends the game for all, because they wait for one another.
template <class Self>
class GameTask : public tasks::SteppedTask<Self> {
protected:
    GameTask(typename tasks::SteppedTask<Self>::Step first, const Sockets& sockets)
        : tasks::SteppedTask<Self>{first}, sockets_{sockets} {}

    [[nodiscard]] tasks::Operation fail(tasks::Result result) const {
        sockets_.shut_down();
        return tasks::Finish{0, result.error()};
    }
    // The result of a Receive; the end of the stream is a failure here.
    [[nodiscard]] static tasks::Result one_byte(tasks::Result result) noexcept {
        return result == tasks::Result{0} ? tasks::Result{-ECONNRESET} : result;
    }

    const Sockets& sockets_;
};

constexpr std::array<std::byte, 1> signal{};

// What is sent back and forth counts from 0 to 254, and then from 0 again. 255 ends the game.
constexpr unsigned cycle = 255;
constexpr std::array<std::byte, 1> game_over{std::byte{255}};
constexpr std::byte after(std::byte ball) {
    return static_cast<std::byte>((std::to_integer<unsigned>(ball) + 1) % cycle);
}

// The left end of a pair. It sends a number, and receives the next one: a round trip.
class ServerTask final : public GameTask<ServerTask> {
public:
    ServerTask(std::size_t pair, const Sockets& sockets, Windows& windows)
        : GameTask{&ServerTask::started, sockets},
          pair_{pair},
          socket_{sockets.active[pair].left.get()},
          gate_{sockets.gates[pair].right.get()},
          windows_{windows} {}

private:
    tasks::Operation started(tasks::Result) { return hit(); }
    tasks::Operation sent(tasks::Result result) {
        return result.failed() ? fail(result) : then(&ServerTask::received, tasks::Receive{socket_, ball_});
    }
    tasks::Operation received(tasks::Result result) {
        if (result = one_byte(result); result.failed()) return fail(result);
        digest_ = tasks::mix(digest_, std::to_integer<std::uint64_t>(ball_[0]));
        ball_[0] = after(ball_[0]);
        windows_.done(pair_, 2);
        if (windows_.is_open() && windows_.draw()) return hit();
        (void)windows_.arrive(sys::now());
        return then(&ServerTask::arrived, tasks::Send{gate_, signal});
    }
    tasks::Operation arrived(tasks::Result result) {
        return result.failed() ? fail(result) : then(&ServerTask::gate_turned, tasks::Receive{gate_, told_});
    }
    tasks::Operation gate_turned(tasks::Result result) {
        if (result = one_byte(result); result.failed()) return fail(result);
        return windows_.is_open() ? hit() : then(&ServerTask::ended, tasks::Send{socket_, game_over});
    }
    tasks::Operation ended(tasks::Result result) { return result.failed() ? fail(result) : tasks::Finish{digest_}; }
    tasks::Operation hit() { return then(&ServerTask::sent, tasks::Send{socket_, ball_}); }

    std::size_t pair_;
    int socket_;
    int gate_;
    Windows& windows_;
    std::array<std::byte, 1> ball_{};
    std::array<std::byte, 1> told_{};
    std::uint64_t digest_ = 0;
};

// The right end of a pair: it receives a number, and sends back the next one.
class ReturnTask final : public GameTask<ReturnTask> {
public:
    ReturnTask(std::size_t pair, const Sockets& sockets)
        : GameTask{&ReturnTask::returned, sockets}, socket_{sockets.active[pair].right.get()} {}

private:
    tasks::Operation returned(tasks::Result result) {
        return result.failed() ? fail(result) : then(&ReturnTask::received, tasks::Receive{socket_, ball_});
    }
    tasks::Operation received(tasks::Result result) {
        if (result = one_byte(result); result.failed()) return fail(result);
        if (ball_ == game_over) return tasks::Finish{digest_};
        digest_ = tasks::mix(digest_, std::to_integer<std::uint64_t>(ball_[0]));
        ball_[0] = after(ball_[0]);
        return then(&ReturnTask::returned, tasks::Send{socket_, ball_});
    }

    int socket_;
    std::array<std::byte, 1> ball_{};
    std::uint64_t digest_ = 0;
};

// Keeps the gates: waits until every server has arrived, turns the gate, and tells the servers.
class RefereeTask final : public GameTask<RefereeTask> {
public:
    RefereeTask(const Sockets& sockets, Windows& windows)
        : GameTask{&RefereeTask::started, sockets}, windows_{windows} {}

    void compute() override { windows_.turn(); }

private:
    tasks::Operation started(tasks::Result) { return await_next(); }
    tasks::Operation server_arrived(tasks::Result result) {
        if (result = one_byte(result); result.failed()) return fail(result);
        if (++next_ < sockets_.gates.size()) return await_next();
        next_ = 0;
        return then(&RefereeTask::gate_turned, tasks::Compute{});
    }
    tasks::Operation gate_turned(tasks::Result) {
        finished_ = !windows_.is_open();
        return tell_next();
    }
    tasks::Operation server_told(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (++next_ < sockets_.gates.size()) return tell_next();
        next_ = 0;
        return finished_ ? tasks::Finish{0} : await_next();
    }

    tasks::Operation await_next() {
        return then(&RefereeTask::server_arrived, tasks::Receive{sockets_.gates[next_].left.get(), told_});
    }
    tasks::Operation tell_next() {
        return then(&RefereeTask::server_told, tasks::Send{sockets_.gates[next_].left.get(), signal});
    }

    Windows& windows_;
    std::array<std::byte, 1> told_{};
    std::size_t next_ = 0;
    bool finished_ = false;
};

class PingPong final : public Workload {
public:
    explicit PingPong(const tasks::Arguments& arguments)
        : arguments_{arguments}, sockets_{arguments_.pairs}, windows_{arguments_.pairs, arguments_.round_trips} {}

    // The referee comes first.
    std::size_t size() const override { return task_count(arguments_); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index == 0) return std::make_unique<RefereeTask>(sockets_, windows_);
        const std::size_t player = index - 1;
        const std::size_t pair = player / 2;
        if (player % 2 == 0) return std::make_unique<ServerTask>(pair, sockets_, windows_);
        return std::make_unique<ReturnTask>(pair, sockets_);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size(),
                .descriptors_per_task = 0,
                .descriptors_lent = 2 * 2 * arguments_.pairs,
                .together = size(),
                .together_in_calls = size(),
                .events = 0};
    }
    void begin() override { windows_.begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict digests = verify_digests(ledger, [this](std::size_t index) { return expected_digest(index); });
            !digests) {
            return digests;
        }
        return windows_.verify("pairs");
    }
    Work work() const override { return windows_.work(); }
    Windows* windows() const override { return &windows_; }

private:
    [[nodiscard]] std::uint64_t expected_digest(std::size_t index) const {
        if (index == 0) return 0;
        const std::size_t player = index - 1;
        // The server receives 1, 3, 5, ..., and the other end 0, 2, 4, ...
        const std::uint64_t first = player % 2 == 0 ? 1 : 0;
        std::uint64_t digest = 0;
        for (std::uint64_t trip = 0; trip < windows_.units_of(player / 2); ++trip) {
            digest = tasks::mix(digest, (2 * trip + first) % cycle);
        }
        return digest;
    }

    PingPongArguments arguments_;
    Sockets sockets_;
    mutable Windows windows_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"pairs", 1, 1, 100'000, "pairs of tasks that send a byte back and forth"},
    {"round_trips", 16'000, 1, 1'000'000'000, "round trips of all pairs together in each window"},
};
constexpr Point points[] = {
    {"pairs:1", 1},
    {"pairs:100", 1},
};

}  // namespace

extern constinit const Entry ping_pong_entry{
    .name = "ping_pong",
    .group = Group::io,
    .unit = "round trip",
    .summary = "pairs of tasks that send a byte back and forth",
    .parameters = parameters,
    .points = points,
    .smoke = "pairs:1/round_trips:5",
    .make = make_workload<PingPong>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "round_trips", "pairs"); },
    .kept_open = [](const tasks::Arguments& arguments) { return task_count(PingPongArguments{arguments}); },
    .kept_open_are = "tasks",
};

}  // namespace workloads
