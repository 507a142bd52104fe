#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sys/tcp.h"
#include "tasks/arguments.h"
#include "tasks/block.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "workloads/sharded_histogram.h"

namespace workloads {

// Whether a run did its work. If not, the results and the charts show the reason.
struct Verdict {
    std::string reason;  // empty: valid

    [[nodiscard]] static Verdict valid() { return {}; }
    [[nodiscard]] static Verdict invalid(std::string reason) { return {std::move(reason)}; }
    [[nodiscard]] explicit operator bool() const noexcept { return reason.empty(); }
};

// How the work of a window was distributed over its connections. Of several windows: the sums, and the mean of jain.
struct Fairness {
    std::uint64_t least = 0;  // units of the connection that got the least
    std::uint64_t most = 0;
    double jain = 1.0;  // Jain's index: 1 if all got the same, 1/n if one of n connections got everything
};

// The work that was done and checked in one run, or in its windows. Only this counts for rates.
struct Work {
    std::uint64_t units = 0;
    std::uint64_t bytes = 0;  // payload, both directions
    std::optional<Fairness> fairness;
};

// The memory that tasks hold together, without the memory that was used before they were made.
struct Memory {
    enum class When {
        waiting,    // while all tasks wait
        connected,  // while all connections of a server are open and silent, before the first window
        peak,       // when it was the largest in the run, however many of the tasks existed at that moment
    };
    When when = When::waiting;
    std::size_t tasks = 0;  // waiting: those that wait; connected: connections; peak: all tasks of the run
    // waiting, connected: proportional set size of all processes of the model. peak: resident set of this process, in
    // which a shared page counts in full, because the kernel keeps a peak of nothing else.
    std::int64_t process_bytes = 0;
    // Of the whole machine: also of the clients' ends of connections. nullopt at a peak: the kernel keeps none of its
    // own memory. So the kernel's part of a model with many threads is missing, which is not the same as 0.
    std::optional<std::int64_t> kernel_bytes;
    std::int64_t noise_bytes = 0;  // process_bytes says nothing unless it is larger
};

// Times of a class of units that Workload::latency() leaves out.
struct OtherLatency {
    std::string_view name;     // of the class: "long"
    std::string_view meaning;  // of one time: a label for an axis
    ShardedHistogram* times;   // belongs to the workload
};

class Windows;

// One of the parts into which a peer is divided: number `index`, from 0, of `count`.
struct Shard {
    std::size_t index = 0;
    std::size_t count = 1;

    // The first of its part of so many items, which is in one piece, and the size of the part.
    [[nodiscard]] std::size_t first(std::size_t items) const noexcept { return block(items).first; }
    [[nodiscard]] std::size_t size(std::size_t items) const noexcept { return block(items).end - block(items).first; }
    [[nodiscard]] tasks::Block block(std::size_t items) const noexcept { return tasks::block_of(items, index, count); }
};

// The root tasks of a server that accept connections.
struct Acceptors {
    std::size_t count = 1;
    // Each has a listener of its own, all on one port; the kernel distributes the connections. Otherwise all share one.
    bool own_listeners = false;
};

// A job whose work can be checked. It knows no model.
class Workload : public tasks::Job {
public:
    // Why this machine cannot run it; empty: it can. Called before all others, by who wants to run it. Throws
    // std::system_error.
    [[nodiscard]] virtual std::string refusal() { return {}; }

    // Called before each run, in the process that made the workload, while none of its tasks is alive.
    virtual void begin() {}
    // Called after each run. Compares the digests with the serial answer, and counts the tasks.
    [[nodiscard]] virtual Verdict verify(const tasks::Ledger& ledger) const = 0;
    // The work of the last run.
    [[nodiscard]] virtual Work work() const = 0;

    // The remote end of the connections; empty if there is none. It is divided into up to `shards_most` parts, which is
    // not 0. Each part runs in a process of its own on one thread, forked before any thread or pool exists, and takes
    // part in every run. The first part turns the gates of the windows. Called again, it makes another peer in place of
    // the last one. This workload outlives its peer.
    [[nodiscard]] virtual std::vector<std::unique_ptr<Workload>> make_peer(std::size_t /*shards_most*/) const {
        return {};
    }

    // Called before begin(). The next run is not timed: it may stop to read the memory that its tasks hold.
    virtual void observe_next_run() {}
    // The memory that the last run read; nullopt if it was not observed, or if this workload reads none.
    [[nodiscard]] virtual std::optional<Memory> memory() const { return std::nullopt; }

    // The parts of a run that are timed; null if runs are timed as a whole. They belong to the workload.
    [[nodiscard]] virtual Windows* windows() const { return nullptr; }
    // Of a server that is timed in windows: so many connections are open and silent at the first gate, and the memory
    // of the model is read there. 0: it is not read.
    [[nodiscard]] virtual std::size_t waiting_at_gate() const { return 0; }

    // How many connections each acceptor took in the last run. Empty if this workload accepts none.
    [[nodiscard]] virtual std::vector<std::uint64_t> connections_by_acceptor() const { return {}; }

    // For peers. Another thread calls both during a run. progress() grows while the peer makes progress; if it stops,
    // hang_up() ends the run early by breaking the connections.
    [[nodiscard]] virtual std::uint64_t progress() const noexcept { return 0; }
    virtual void hang_up() noexcept {}

    // The times that were measured in all runs (or their windows) since the last clear(), by any process. They lie in
    // shared memory, and belong to the workload. Null if the workload measures no times.
    [[nodiscard]] virtual ShardedHistogram* latency() const { return nullptr; }
    // Open loop only: the times from when a request was sent. latency() counts from when it should have been sent.
    [[nodiscard]] virtual ShardedHistogram* latency_uncorrected() const { return nullptr; }
    // What latency() is, as a label for an axis.
    [[nodiscard]] virtual std::string_view latency_meaning() const { return {}; }
    // If units are of several classes, latency() is that of the main class, and here are the others.
    [[nodiscard]] virtual std::vector<OtherLatency> other_latencies() const { return {}; }
};

// Forgets the times that were measured so far.
void clear_latency(const Workload& workload);

// The workloads of a group are built into one benchmark binary.
enum class Group { cpu, io };
[[nodiscard]] constexpr std::string_view to_string(Group group) noexcept { return group == Group::cpu ? "cpu" : "io"; }

// Arguments with which a benchmark binary runs a workload if the user gives none.
struct Point {
    std::string_view arguments;  // "connections:100/payload:64"
    int iterations;              // runs or windows in a sample: a fixed number, so that all models do the same work
};

// An entry of the table.
struct Entry {
    std::string_view name;
    Group group;
    std::string_view unit;  // what Work::units counts, in the singular
    std::string_view summary;
    std::span<const tasks::Parameter> parameters;
    std::span<const Point> points;
    std::string_view smoke;  // arguments that are small enough for every test
    // Makes the workload. `arguments` come from tasks::complete(): each parameter has one. The root tasks of a server
    // are its `acceptors`. Throws std::system_error if the system has no socket or no memory left.
    std::unique_ptr<Workload> (*make)(const tasks::Arguments& arguments, Acceptors acceptors);
    // Throws std::invalid_argument if arguments that are allowed one by one do not fit together. Null: they all do.
    void (*check)(const tasks::Arguments& arguments) = nullptr;
    // Of a workload that is timed in windows: how many connections (or tasks) are kept open all the time, and what they
    // are. A pool whose waiting tasks keep their worker gets as many workers. Null if runs are timed as a whole.
    std::size_t (*kept_open)(const tasks::Arguments& arguments) = nullptr;
    std::string_view kept_open_are = "connections";
    // How many of these wait in calls (sockets, sleeps) at once; the others wait for one another by operations alone,
    // so that a pool which parks waiting tasks needs no worker for each. Null: all of them.
    std::size_t (*kept_in_calls)(const tasks::Arguments& arguments) = nullptr;
    // Each of the participants does a unit in every window. False: some may find nothing to do in one.
    bool serves_all = true;
    // Measured in turns with other models, in short slices. False if a slice would be too short: where clients send at
    // fixed times, a queue needs a long run to build; and tasks that rest by sleeps would disturb the others' turns.
    bool in_turns = true;
    // Makes a task that owns a connection and serves it to its end, for the program `serve`, whose clients come from
    // outside. Any thread or process may call it. Null if the workload has no server.
    std::unique_ptr<tasks::Task> (*make_handler)(sys::UniqueFd connection) = nullptr;
};

// Entry::make of a workload that accepts no connections.
template <class Made>
requires std::derived_from<Made, Workload> && std::constructible_from<Made, const tasks::Arguments&>
[[nodiscard]] std::unique_ptr<Workload> make_workload(const tasks::Arguments& arguments, Acceptors /*acceptors*/) {
    return std::make_unique<Made>(arguments);
}

// For Entry::check: there is a unit of work for each. Throws std::invalid_argument unless argument `total` is at least
// argument `each`.
void require_one_for_each(const tasks::Arguments& arguments, std::string_view total, std::string_view each);

// For verify(): every root task finished exactly once, and no task failed.
[[nodiscard]] Verdict verify_finished(const tasks::Ledger& ledger);
// Checks what verify_finished() checks, and that the digest of each root task is expected(index).
template <class Expected>
requires std::is_invocable_r_v<std::uint64_t, Expected&, std::size_t>
[[nodiscard]] Verdict verify_digests(const tasks::Ledger& ledger, Expected expected) {
    if (Verdict finished = verify_finished(ledger); !finished) return finished;
    for (std::size_t index = 0; index < ledger.roots(); ++index) {
        if (ledger.digest(index) != expected(index)) {
            return Verdict::invalid("wrong digest from task " + std::to_string(index));
        }
    }
    return Verdict::valid();
}

}  // namespace workloads
