#include "bench/suite/block_room.h"

#include <algorithm>
#include <fstream>
#include <limits>

#include "sys/limits.h"

namespace bench {
namespace {

// Generous figures, with the kernel's memory: workload `park` measures less.
constexpr double bytes_of_program = 30e6;
constexpr double bytes_of_process = 300e3;
constexpr double bytes_of_thread = 50e3;
constexpr double bytes_of_fiber = 12e3;
constexpr double bytes_of_task = 3e3;
constexpr double bytes_of_descriptor = 10e3;

double free_descriptors() {
    // "allocated unused most", for the whole system.
    std::ifstream file{"/proc/sys/fs/file-nr"};
    double allocated = 0;
    double unused = 0;
    double most = 0;
    return file >> allocated >> unused >> most ? most - allocated : std::numeric_limits<double>::max();
}

// Each task has a stack in user space, or may have one: a native control can be of any kind.
bool needs_stacks(const models::Entry& model) {
    return model.family == models::Family::fibers || model.family == models::Family::native;
}

}  // namespace

bool BlockRoom::is_enough_for(std::span<const Case* const> cases) {
    Need sum;
    for (const Case* const one : cases) {
        const Need& need = need_of(*one);
        sum.processes += need.processes;
        sum.descriptors += need.descriptors;
        sum.memory_bytes += need.memory_bytes;
    }
    return sum.processes <= static_cast<double>(sys::process_limit()) / 2 &&
           sum.descriptors <= free_descriptors() / 2 &&
           sum.memory_bytes <= static_cast<double>(sys::available_memory()) / 2;
}

const BlockRoom::Need& BlockRoom::need_of(const Case& what) {
    const auto [place, is_new] = needs_.try_emplace(what.name());
    if (!is_new) return place->second;
    const auto workload = make_workload(what);
    const tasks::Demand demand = workload->demand();
    const auto tasks = static_cast<double>(demand.tasks_at_once);
    const bool forks = what.model->forks;
    const bool threads = what.model->family == models::Family::threads;
    const double of_each = needs_stacks(*what.model) ? bytes_of_fiber : bytes_of_task;
    const auto& given = what.model_arguments.items();
    const auto workers = std::ranges::find(given, models::workers.name, &tasks::Arguments::Item::first);
    const double carriers = workers != given.end() ? static_cast<double>(workers->second) : tasks;
    const double of_carriers = forks ? carriers * bytes_of_process : threads ? carriers * bytes_of_thread : 0;
    double descriptors = tasks * static_cast<double>(demand.descriptors_per_task);
    // Each process of a peer has a second thread, its watchdog.
    double peers = 0;
    for (const auto& peer : workload->make_peer(peers_most_)) {
        ++peers;
        const tasks::Demand theirs = peer->demand();
        descriptors += static_cast<double>(theirs.tasks_at_once * theirs.descriptors_per_task);
    }
    place->second = {.processes = (forks || threads ? carriers : 1) + 2 * peers,
                     .descriptors = descriptors,
                     .memory_bytes = bytes_of_program + peers * bytes_of_process + of_carriers + tasks * of_each +
                                     descriptors * bytes_of_descriptor};
    return place->second;
}

}  // namespace bench
