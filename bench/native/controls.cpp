#include "bench/native/controls.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "bench/native/bare_tasks.h"
#include "bench/native/bare_trees.h"
#include "bench/native/echo_servers.h"
#include "models/table.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

template <class Wanted>
Wanted& expect(tasks::Operation& operation) {
    auto* const found = std::get_if<Wanted>(&operation);
    if (found == nullptr) throw std::invalid_argument{"this native control can run the workload echo only"};
    return *found;
}

struct EchoFacts {
    int listener;
    std::size_t buffer_bytes;  // of a connection
};
// Asks the tasks of an echo server, which are thrown away. The root task first accepts, and spawns a handler for the
// connection (for which a duplicate of the listener stands in); the handler first receives into its buffer.
EchoFacts facts_of(const tasks::Job& job) {
    const auto acceptor = job.make(0);
    tasks::Operation accept = acceptor->resume({});
    const int listener = expect<tasks::Accept>(accept).listener;
    sys::UniqueFd connection{sys::check(::fcntl(listener, F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)")};
    tasks::Operation spawn = acceptor->resume({connection.release()});
    tasks::Operation receive = expect<tasks::Spawn>(spawn).task->resume({});
    return {listener, expect<tasks::Receive>(receive).into.size()};
}

template <void (*serve)(const EchoSetup& setup)>
class NativeEcho final : public models::Model {
public:
    NativeEcho(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger} {}

    void run() override {
        const EchoFacts facts = facts_of(job_);
        serve({.listener = facts.listener,
               .connections = job_.demand().tasks_at_once - job_.size(),
               .buffer_bytes = facts.buffer_bytes,
               .ended = [this](Served served) {
                   ledger_.finish(tasks::TaskId::spawned, {.digest = tasks::mix(served.bytes, served.sum)});
               }});
        ledger_.finish(tasks::root(0), {.digest = 0});
    }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
};

// A bare loop in place of a model. `digest_of` gives the digests that the workload expects of its tasks.
template <class Loop, std::uint64_t (*digest_of)(std::size_t index, std::size_t tasks)>
class NativeLoop final : public models::Model {
public:
    NativeLoop(const tasks::Job& job, tasks::Ledger& ledger) : tasks_{job.size()}, ledger_{ledger} {}
    void run() override {
        loop_.run(tasks_, [this](std::size_t index) {
            ledger_.finish(tasks::root(index), {.digest = digest_of(index, tasks_)});
        });
    }

private:
    std::size_t tasks_;
    tasks::Ledger& ledger_;
    Loop loop_;
};
std::uint64_t digest_of_noop(std::size_t index, std::size_t) { return tasks::mix(index, 0); }
std::uint64_t digest_of_park(std::size_t index, std::size_t tasks) { return tasks::mix(index, tasks); }

// The n of fib(n) whose tree has so many leaves. It has as many as those of fib(n-1) and fib(n-2) together.
std::uint32_t fib_with_leaves(std::size_t leaves) {
    std::uint32_t n = 1;
    for (std::size_t of_n = 1, of_next = 2; of_n < leaves; ++n) of_next += std::exchange(of_n, of_next);
    return n;
}

// A tree of plain function calls, or of a library's tasks, in place of a model. The numbers of tasks and parents tell
// which tree it is, because all parents of a tree have the same number of children.
template <class Trees>
class NativeTree final : public models::Model {
public:
    NativeTree(const tasks::Job& job, tasks::Ledger& ledger) : demand_{job.demand()}, ledger_{ledger} {}
    void run() override { ledger_.finish(tasks::root(0), {.digest = value()}); }

private:
    std::uint64_t value() {
        const std::size_t leaves = demand_.tasks_at_once - demand_.parents;
        const std::size_t children = demand_.tasks_at_once - 1;
        if (children == 10 * demand_.parents) return trees_.skynet(leaves);
        if (children == 2 * demand_.parents) return trees_.fib(fib_with_leaves(leaves));
        throw std::invalid_argument{"this native control can run the workload fork_join only"};
    }

    tasks::Demand demand_;
    tasks::Ledger& ledger_;
    Trees trees_;
};

// A root without children does not tell of which tree it is.
models::Support with_children(const tasks::Demand& demand, const tasks::Arguments&) {
    return demand.parents > 0 ? models::Support::yes()
                              : models::Support::no("this native control runs trees of more than one task");
}

models::Support with_threads(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    const models::Support threads = models::enough_processes(demand.tasks_at_once, "threads");
    return threads ? models::support_one_process(demand, arguments) : threads;
}

models::Support with_processes(const tasks::Demand& demand, const tasks::Arguments&) {
    return models::enough_processes(demand.tasks_at_once, "processes");
}
// A control needs what its model needs of the kernel (io_uring, guards of stacks).
constexpr char io_uring[] = "io_uring";
constexpr char fiber[] = "fiber";
constexpr char boost_fiber[] = "boost_fiber";
template <const char* model>
models::Support as_model(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    return models::find(model).support(demand, arguments);
}
[[maybe_unused]] models::Support without_library(const tasks::Demand&, const tasks::Arguments&) {
    return models::Support::no("this build lacks the library of this control");
}

struct Control {
    models::Entry entry;
    std::string_view workload;  // that it is made for
};

// Without its optional library a control stands in the table, but support() refuses every job, so make() is never
// called.
template <class AnyModel, bool has_library = true>
constexpr Control control_of(std::string_view workload, std::string_view name, std::string_view carrier,
                             std::string_view wait_mechanism, std::string_view summary,
                             decltype(models::Entry::support) support = models::support_one_process) {
    models::Entry entry{.name = name,
                        .family = models::Family::native,
                        .carrier = carrier,
                        .wait_mechanism = wait_mechanism,
                        .summary = summary,
                        .parameters = {},
                        .support = without_library,
                        .make = nullptr};
    if constexpr (has_library) {
        entry.support = support;
        entry.make = models::make_model<AnyModel>;
    }
    return {entry, workload};
}

template <class Loop>
using Park = NativeLoop<Loop, digest_of_park>;
template <class Loop>
using Noop = NativeLoop<Loop, digest_of_noop>;

constexpr std::array controls{
    control_of<NativeEcho<serve_echo_by_threads>>("echo", "native_blocking", "thread each", "blocking",
                                                  "control of thread_per_task: an echo server written by hand",
                                                  with_threads),
    control_of<NativeEcho<serve_echo_by_epoll>>("echo", "native_epoll", "hand-written state", "epoll, level-triggered",
                                                "control of epoll: an echo server written by hand"),
    control_of<NativeEcho<serve_echo_by_coroutines>>("echo", "native_coroutine", "coroutine frame",
                                                     "epoll, level-triggered",
                                                     "control of coroutine: an echo server written by hand"),
    control_of<NativeEcho<serve_echo_by_uring>, CONCUR_HAS_LIBURING>(
        "echo", "native_uring", "hand-written state", "io_uring, plain",
        "control of io_uring: an echo server written by hand", as_model<io_uring>),
    control_of<NativeEcho<serve_echo_by_libuv>, CONCUR_HAS_LIBUV>(
        "echo", "native_libuv", "library's stream", "libuv (epoll inside)",
        "control of libuv: an echo server as its guide has it"),
    control_of<NativeEcho<serve_echo_by_asio>, CONCUR_HAS_ASIO>(
        "echo", "native_asio", "session object", "Asio's io_context",
        "control of asio: an echo server as its examples have it"),
    control_of<NativeEcho<serve_echo_by_libevent>, CONCUR_HAS_LIBEVENT>(
        "echo", "native_libevent", "hand-written state", "libevent (epoll inside)",
        "control of libevent: an echo server with plain events, as in libevent's bench"),
    control_of<Park<ParkCoroutines>>("park", "bare_coroutine", "coroutine frame", "caller resumes",
                                     "control of coroutine: frames started, parked and ended"),
    control_of<Park<ParkFibers>, CONCUR_HAS_BOOST_CONTEXT>(
        "park", "bare_fiber", "stack each (Boost.Context)", "caller resumes",
        "control of fiber: parked and resumed on their stacks", as_model<fiber>),
    control_of<Park<ParkBoostFibers>, CONCUR_HAS_BOOST_FIBER>(
        "park", "bare_boost_fiber", "stack each (Boost.Fiber)", "Boost.Fiber's scheduler",
        "control of boost_fiber: fibers launched, parked and ended", as_model<boost_fiber>),
    control_of<Park<ParkThreads>>("park", "bare_thread", "thread each", "futex",
                                  "control of thread_per_task: threads started, parked and ended", with_threads),
    control_of<Park<ParkProcesses>>("park", "bare_process", "process each", "pipe",
                                    "control of process_per_task: forked, parked and reaped", with_processes),
    control_of<Noop<PostToQueue>>("noop", "bare_thread_pool", "2 threads, one queue", "condition variable",
                                  "control of thread_pool: indices posted to a queue under a mutex"),
    control_of<Noop<PostToAsio>, CONCUR_HAS_ASIO>("noop", "bare_asio_pool", "2 threads", "Asio's io_context",
                                                  "control of asio_pool: functions posted to an io_context"),
    control_of<Noop<SpawnInOneTbb>, CONCUR_HAS_ONETBB>("noop", "bare_onetbb", "2 threads with a deque each",
                                                       "oneTBB's task_group",
                                                       "control of work_stealing: functions run in a task_group"),
    control_of<NativeTree<JoinInOneTbb>, CONCUR_HAS_ONETBB>(
        "fork_join", "bare_onetbb_join", "2 threads with a deque each", "oneTBB's task_group",
        "control of work_stealing: a task_group for each parent of a tree", with_children),
    control_of<NativeTree<Recursion>>("fork_join", "bare_recursion", "the caller's stack", "none: calls return",
                                      "control of serial: a tree of function calls, without tasks", with_children),
};

constexpr const models::Entry* entry_of(const Control& control) { return &control.entry; }

}  // namespace

std::span<const models::Entry* const> native_controls() noexcept {
    static constexpr auto entries = [] {
        std::array<const models::Entry*, controls.size()> found{};
        std::ranges::transform(controls, found.begin(), entry_of);
        return found;
    }();
    return entries;
}

std::string_view workload_of_control(const models::Entry& control) noexcept {
    const auto* const found = std::ranges::find(controls, &control, entry_of);
    return found != controls.end() ? found->workload : std::string_view{};
}

bool control_runs(const models::Entry& control, std::string_view workload) noexcept {
    const std::string_view made_for = workload_of_control(control);
    return workload == made_for || (made_for == "echo" && workload == "idle_crowd");
}

const models::Entry& find_model(std::string_view name) {
    const auto found = std::ranges::find(native_controls(), name, &models::Entry::name);
    return found != native_controls().end() ? **found : models::find(name);
}

}  // namespace bench
