#pragma once

#include <hwloc.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/harness/topology.h"

namespace bench {

// A machine that hwloc makes up: "pack:2 [numa] core:32 pu:2".
class SyntheticTopology {
public:
    explicit SyntheticTopology(const std::string& description) {
        hwloc_topology_t made = nullptr;
        if (hwloc_topology_init(&made) != 0) throw std::runtime_error{"hwloc_topology_init"};
        topology_.reset(made);
        if (hwloc_topology_set_synthetic(made, description.c_str()) != 0 || hwloc_topology_load(made) != 0) {
            throw std::runtime_error{"hwloc cannot make " + description};
        }
    }
    // Leaves only these CPUs.
    void restrict_to(const std::vector<unsigned>& cpus) {
        if (hwloc_topology_restrict(topology_.get(), Bitmap{cpus}.get(), 0) != 0) {
            throw std::runtime_error{"hwloc_topology_restrict"};
        }
    }
    // These CPUs have this efficiency: the higher, the faster.
    void register_kind(const std::vector<unsigned>& cpus, int efficiency) {
        if (hwloc_cpukinds_register(topology_.get(), Bitmap{cpus}.get(), efficiency, 0, nullptr, 0) != 0) {
            throw std::runtime_error{"hwloc_cpukinds_register"};
        }
    }
    [[nodiscard]] Topology topology() const { return Topology::of(topology_.get()); }

private:
    class Bitmap {
    public:
        explicit Bitmap(const std::vector<unsigned>& cpus) {
            for (const unsigned cpu : cpus) hwloc_bitmap_set(bitmap_, cpu);
        }
        Bitmap(const Bitmap&) = delete;
        Bitmap& operator=(const Bitmap&) = delete;
        ~Bitmap() { hwloc_bitmap_free(bitmap_); }
        [[nodiscard]] hwloc_bitmap_t get() const { return bitmap_; }

    private:
        hwloc_bitmap_t bitmap_ = hwloc_bitmap_alloc();
    };
    struct Destroy {
        void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
    };
    std::unique_ptr<hwloc_topology, Destroy> topology_;
};

}  // namespace bench
