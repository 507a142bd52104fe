#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bench/harness/topology.h"
#include "sys/cpu_set.h"
#include "workloads/workload.h"

namespace bench {

// The CPUs of model and peer. They change round-trip times more than any model does, so every document records them.
enum class Placement {
    split,   // each on its own cores, so that the peer does not disturb the model; the default
    shared,  // both on the same CPUs
    free,    // the scheduler decides
};
[[nodiscard]] std::string_view to_string(Placement placement) noexcept;
// Throws std::invalid_argument with a message that lists the placements.
[[nodiscard]] Placement parse_placement(std::string_view name);

// The CPUs of both sides, the same for every model.
struct CpuSplit {
    sys::CpuSet model;
    sys::CpuSet peer;  // the peer has a process for each of them
};

// The CPUs that a run may use: `allowed` (the affinity), cut by a quota of CPU time, in CPUs. To use more CPUs than the
// quota pays for would mean bursts and pauses, which no figure of a model survives. A quota is rounded down, but there
// is always one CPU. It is cut to whole cores, or to one hardware thread of each core, whichever gives more CPUs; of
// the fastest kind first. `allowed` is not empty.
[[nodiscard]] sys::CpuSet usable_cpus(const Topology& topology, const sys::CpuSet& allowed,
                                      std::optional<double> quota_cpus);

// Chooses the CPUs of both sides. `usable` is not empty.
// - CPU work has all usable CPUs of the fastest kind: on a slower core a task would take longer by chance.
// - I/O, split: cores of the fastest kind in one NUMA node, the one with most of them, if it has two or more; the first
//   half of the cores is the model's, the rest the peer's. So no core, and no memory bus by accident, serves both
//   sides. The hardware threads of a single core are divided; a single CPU is shared.
// - I/O, shared: both sides have what the model has when they are split.
// - free: all usable CPUs for both.
[[nodiscard]] CpuSplit place(Placement placement, workloads::Group group, const Topology& topology,
                             const sys::CpuSet& usable);

// The CPUs of this machine: where they lie, and which of them a run may use. Only a program that the user starts makes
// it; to the programs that it starts in turn it tells the CPUs.
struct MachineCpus {
    Topology topology;
    sys::CpuSet usable;
};
// Throws std::runtime_error as Topology::of_this_machine() does.
[[nodiscard]] MachineCpus cpus_of_this_machine();

// The CPUs of a run, by the group of a workload.
struct CpuPlan {
    Placement placement{};
    CpuSplit computing;  // of CPU work; it has no peer
    CpuSplit serving;    // of I/O

    [[nodiscard]] const CpuSplit& of(workloads::Group group) const noexcept {
        return group == workloads::Group::cpu ? computing : serving;
    }
};
[[nodiscard]] CpuPlan plan_cpus(Placement placement, const MachineCpus& machine);

// The CPUs of a run as one program knows them.
struct RunCpus {
    CpuPlan plan;
    std::optional<MachineCpus> machine;  // nullopt: the program that started this one chose the CPUs
};

// "0,2,5": as a command line takes CPUs. The reverse throws std::invalid_argument.
[[nodiscard]] std::string to_text(const sys::CpuSet& cpus);
[[nodiscard]] sys::CpuSet parse_cpus(std::string_view text);

}  // namespace bench
