#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sys/cpu_set.h"

struct hwloc_topology;  // hwloc's own handle

namespace bench {

// A CPU as Linux counts them, which is one hardware thread, and its place in the machine. All numbers but `cpu` only
// tell what is the same and what is not.
struct Cpu {
    int cpu;
    int core;
    int numa_node;
    int package;
    int kind;  // the higher, the faster: cores of one machine may differ (performance and efficiency cores)
};

// Where the CPUs of a machine lie. In hwloc's logical order: neighbours share as much as possible.
class Topology {
public:
    explicit Topology(std::vector<Cpu> cpus) : cpus_{std::move(cpus)} {}
    // The CPUs of a loaded topology, which the caller owns.
    [[nodiscard]] static Topology of(hwloc_topology* topology);
    // Of this machine. A child process loads hwloc and asks it, which takes some milliseconds: call it while no other
    // thread runs. Throws std::runtime_error if hwloc is not installed, or if the environment (HWLOC_SYNTHETIC,
    // HWLOC_XMLFILE, HWLOC_FSROOT) makes it describe another machine.
    [[nodiscard]] static Topology of_this_machine();

    [[nodiscard]] std::span<const Cpu> cpus() const noexcept { return cpus_; }
    // Those of `cpus` that are in `set`, in this order. A number in `set` that the topology does not know becomes a
    // core of its own.
    [[nodiscard]] std::vector<Cpu> within(const sys::CpuSet& set) const;

    struct Counts {
        std::size_t packages;
        std::size_t numa_nodes;
        std::size_t cores;
        std::size_t hardware_threads;
        std::size_t kinds;
    };
    [[nodiscard]] Counts counts() const;

private:
    std::vector<Cpu> cpus_;
};

// The version of hwloc's interface for which this build was made: "2.9.0".
[[nodiscard]] std::string hwloc_version();

}  // namespace bench
