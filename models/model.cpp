#include "models/model.h"

#include <algorithm>
#include <system_error>

#include "sys/limits.h"
#include "sys/thread.h"

namespace models {

std::string_view to_string(Family family) noexcept {
    switch (family) {
        case Family::serial: return "serial";
        case Family::threads: return "threads";
        case Family::processes: return "processes";
        case Family::coroutines: return "coroutines";
        case Family::loops: return "loops";
        case Family::completion: return "completion";
        case Family::fibers: return "fibers";
        case Family::hybrids: return "hybrids";
        case Family::libraries: return "libraries";
        case Family::native: return "native";
    }
    return "unknown";
}

Support first_refusal(std::initializer_list<Support> checks) {
    for (const Support& check : checks) {
        if (!check) return check;
    }
    return Support::yes();
}

Support enough_descriptors(std::size_t needed) {
    // For the poller, the listener, the standard streams and descriptors that a library opens for itself.
    constexpr std::size_t reserve = 16;
    const std::size_t limit = sys::raise_descriptor_limit();
    const std::size_t total = sys::open_descriptors() + needed + reserve;
    if (total <= limit) return Support::yes();
    return Support::no("needs " + std::to_string(total) + " descriptors, the limit is " + std::to_string(limit) +
                       ": raise it with ulimit -Hn");
}

Support enough_mappings(std::size_t needed) {
    // For memory that the tasks allocate meanwhile, and for libraries.
    constexpr std::size_t reserve = 1024;
    if (needed == 0) return Support::yes();
    const std::size_t limit = sys::mapping_limit();
    const std::size_t total = sys::mappings() + needed + reserve;
    if (total <= limit) return Support::yes();
    return Support::no("needs " + std::to_string(total) + " mappings with the guards of its stacks, the limit is " +
                       std::to_string(limit) + ": raise vm.max_map_count (Linux 6.13 has guards that need none)");
}

Support enough_processes(std::size_t needed, std::string_view what) {
    // Other programs of this user need processes too.
    constexpr std::size_t reserve = 256;
    const std::size_t limit = sys::process_limit();
    if (needed + reserve <= limit) return Support::yes();
    return Support::no("needs " + std::to_string(needed) + " " + std::string{what} + ", the limit is " +
                       std::to_string(limit) + " (ulimit -u, kernel.pid_max, kernel.threads-max, pids.max)");
}

Support enough_memory(std::size_t needed, std::size_t bytes_each, std::string_view what) {
    constexpr std::size_t bytes_per_mib = 1 << 20;
    const std::size_t available = sys::available_memory();
    if (needed <= available / bytes_each) return Support::yes();
    return Support::no(std::to_string(needed) + " " + std::string{what} + " need " +
                       std::to_string(bytes_each / 1000 * needed / 1000) + " MB of memory at least, and " +
                       std::to_string(available / bytes_per_mib) + " MiB are available (MemAvailable, memory.max)");
}

Support threads_can_start() {
    try {
        const sys::Thread one{0, [] {}};
        return Support::yes();
    } catch (const std::system_error& error) {
        return Support::no(std::string{"needs threads: "} + error.what());
    }
}

Support enough_at_once(const tasks::Demand& demand, std::size_t at_once) {
    if (demand.together <= at_once) return Support::yes();
    if (!demand.together_are.empty()) {
        return Support::no("keeps " + std::to_string(at_once) + " of the " + std::to_string(demand.together) + " " +
                           std::string{demand.together_are} + " open that are needed");
    }
    return Support::no(std::to_string(demand.together) + " tasks wait for one another, and only " +
                       std::to_string(at_once) + " can be under way at once");
}

Support a_worker_for_spawned(const tasks::Demand& demand, std::size_t in_pool) {
    if (demand.staying == 0 || demand.staying < in_pool) return Support::yes();
    return Support::no(std::to_string(demand.staying) +
                       (demand.staying == 1 ? " root task occupies a worker until the tasks that it spawned end"
                                            : " root tasks occupy workers until the tasks that they spawned end") +
                       ": needs " + std::to_string(demand.staying + 1) + " workers, there " +
                       (in_pool == 1 ? "is " : "are ") + std::to_string(in_pool));
}

Support a_worker_for_children(const tasks::Demand& demand, std::size_t in_pool) {
    // Besides the parents, the tasks that wait for one another need their workers at the same time.
    const std::size_t needed = demand.parents + std::max<std::size_t>(1, demand.together);
    if (demand.parents == 0 || needed <= in_pool) return Support::yes();
    return Support::no(std::to_string(demand.parents) +
                       " tasks may wait for their children at once, and each holds a worker meanwhile: needs " +
                       std::to_string(needed) + " workers, there " + (in_pool == 1 ? "is " : "are ") +
                       std::to_string(in_pool));
}

Support parents_wait_for_children_only(const tasks::Demand& demand) {
    if (demand.parents == 0 || (demand.together <= 1 && !demand.shares())) return Support::yes();
    return Support::no(
        "while a task waits for its children, its worker runs other tasks inside of it, and these may wait for it");
}

Support nothing_shared(const tasks::Demand& demand) {
    if (!demand.shares()) return Support::yes();
    return Support::no(
        "tasks wait for one another by events, semaphores or channels, which do not cross from one loop to another "
        "here");
}

Support spawned_run_inline(const tasks::Demand& demand) {
    if (!demand.waits_for_spawned) return Support::yes();
    return Support::no("a task waits for one that it has spawned, which runs here before its parent goes on");
}

Support support_one_process(const tasks::Demand& demand, const tasks::Arguments&) {
    return enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
}

Support support_thread_each(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    return first_refusal({enough_processes(demand.tasks_at_once, "threads"),
                          enough_memory(demand.tasks_at_once, thread_bytes_least, "threads"),
                          support_one_process(demand, arguments), threads_can_start()});
}

Support support_worker_threads(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    return first_refusal({enough_processes(arguments.count("workers"), "threads"),
                          support_one_process(demand, arguments), threads_can_start()});
}

Support support_blocking_workers(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    const std::size_t in_pool = arguments.count("workers");
    // Accepted connections that wait for a worker are open too: all tasks count, not only those under way.
    return first_refusal({enough_at_once(demand, in_pool), a_worker_for_spawned(demand, in_pool),
                          support_worker_threads(demand, arguments)});
}

std::size_t as_many_as_workers(const tasks::Arguments& arguments) { return arguments.count("workers"); }

tasks::Arguments a_worker_for_each_cpu(const Situation& situation) {
    return {{"workers", static_cast<std::int64_t>(situation.cpus)}};
}

tasks::Arguments more_workers_to_wait(const Situation& situation) {
    constexpr std::int64_t workers_that_wait = 16;
    if (situation.load == Load::computes) return a_worker_for_each_cpu(situation);
    if (situation.kept_open == 0) return {{"workers", workers_that_wait}};
    return {{"workers", std::min(static_cast<std::int64_t>(situation.kept_open), workers.most)}};
}

tasks::Arguments more_workers_for_calls(const Situation& situation) {
    if (situation.kept_open == 0) return more_workers_to_wait(situation);
    const auto in_calls = static_cast<std::int64_t>(std::max(situation.in_calls, situation.cpus));
    return {{"workers", std::min(in_calls, workers.most)}};
}

}  // namespace models
