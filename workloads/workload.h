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

#include "sys/tcp.h"
#include "tasks/arguments.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "workloads/histogram.h"

namespace workloads {

// Whether a run did its work: yes, or what is wrong with it, in words that stand in the results and on the chart.
struct Verdict {
    std::string reason;

    [[nodiscard]] static Verdict valid() { return {}; }
    [[nodiscard]] static Verdict invalid(std::string reason) { return {std::move(reason)}; }
    [[nodiscard]] explicit operator bool() const noexcept { return reason.empty(); }
};

// How a run's work was spread over its connections.
struct Fairness {
    std::uint64_t least = 0;  // units of the connection that got least
    std::uint64_t most = 0;
    double jain = 1.0;  // Jain's index when half of the work was done: 1 for equal shares, 1/n for one that got all
};

// What was done and checked in one run; rates are divided by this alone.
struct Work {
    std::uint64_t units = 0;
    std::uint64_t bytes = 0;  // payload, both directions
    std::optional<Fairness> fairness;
};

// What tasks hold while all of them wait, over what was there before they were made.
struct Memory {
    std::size_t tasks = 0;
    std::int64_t pss_bytes = 0;
    std::int64_t kernel_bytes = 0;  // of the whole machine
};

// What is run. Knows no model: it makes tasks, and can tell whether they did their work.
class Workload : public tasks::Job {
public:
    // Before each run, in the process that made it, while none of its tasks is alive.
    virtual void begin() {}
    // After each run. Compares the digests with the serial answer, and counts what came back.
    [[nodiscard]] virtual Verdict verify(const tasks::Ledger& ledger) const = 0;
    // Of the last run.
    [[nodiscard]] virtual Work work() const = 0;

    // The remote end, to be run in a process of its own (forked before any thread or pool exists), once for each
    // run of this one; nothing where there is none. Lent this workload, which outlives it.
    [[nodiscard]] virtual std::unique_ptr<Workload> make_peer() const { return nullptr; }

    // The next run is not timed: it may stop to look at what its tasks hold. Before begin().
    virtual void observe_next_run() {}
    // Of the last run, where it was observed and this workload looks.
    [[nodiscard]] virtual std::optional<Memory> memory() const { return std::nullopt; }

    // Of a peer: how far it has come in this run, a number that grows, and how it is brought to an early end when it
    // comes no further (its connections break). Both are called by another thread while it runs.
    [[nodiscard]] virtual std::uint64_t progress() const noexcept { return 0; }
    virtual void hang_up() noexcept {}

    // What was timed, of all runs since it was last cleared: in shared memory, whoever recorded it. None: null.
    [[nodiscard]] virtual Histogram* latency() const { return nullptr; }
    // Open loop alone: the same, counted from when a request was really sent, not from when it should have been.
    [[nodiscard]] virtual Histogram* latency_uncorrected() const { return nullptr; }
    // latency() in words, as they stand on an axis.
    [[nodiscard]] virtual std::string_view latency_meaning() const { return {}; }
};

// Workloads of a group are built into one benchmark binary.
enum class Group { cpu, io };
[[nodiscard]] constexpr std::string_view to_string(Group group) noexcept { return group == Group::cpu ? "cpu" : "io"; }

// A size at which a benchmark binary runs a workload by itself: "connections:100/payload:64", and how many runs of
// it make one sample: a fixed number, so that every model does identical work.
struct Point {
    std::string_view arguments;
    int iterations;
};

// A line of the table.
struct Entry {
    std::string_view name;
    Group group;
    std::string_view unit;  // what is counted, in the singular
    std::string_view summary;
    std::span<const tasks::Parameter> parameters;
    std::span<const Point> points;
    std::string_view smoke;  // sizes that every test can afford
    // Sizes are complete. A server makes `acceptors` root tasks that accept. Throws where sockets cannot be had.
    std::unique_ptr<Workload> (*make)(const tasks::Arguments& arguments, std::size_t acceptors);
    // The task that serves one connection of a client from outside to its end, and owns it: its server without a crowd
    // of its own. Called in any process, by any thread. Null where the workload has no server.
    std::unique_ptr<tasks::Task> (*make_handler)(sys::UniqueFd connection) = nullptr;
};

// Entry::make of a workload that accepts no connections.
template <class Made>
requires std::derived_from<Made, Workload> && std::constructible_from<Made, const tasks::Arguments&>
[[nodiscard]] std::unique_ptr<Workload> make_workload(const tasks::Arguments& arguments, std::size_t /*acceptors*/) {
    return std::make_unique<Made>(arguments);
}

// For verify(): every root task finished exactly once, and no task failed.
[[nodiscard]] Verdict verify_finished(const tasks::Ledger& ledger);
// The same, and the digest of each root task is expected(index).
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
