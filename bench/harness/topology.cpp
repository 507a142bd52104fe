#include "bench/harness/topology.h"

#include <dlfcn.h>
#include <hwloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <type_traits>

#include "sys/check.h"
#include "sys/child_output.h"
#include "sys/child_process.h"

namespace bench {
namespace {

// The functions of hwloc that are used here, loaded at run time. If hwloc were linked in, it and the library that it
// needs would be mapped in every benchmark binary, and a fork of process_per_task would cost 8 % more CPU time.
class Hwloc {
    // The address of a function, which has the type of the member that it initialises.
    struct Symbol {
        void* address;
        template <class Function>
        operator Function*() const noexcept {
            return reinterpret_cast<Function*>(address);
        }
    };
    void* library_ = ::dlopen("libhwloc.so.15", RTLD_NOW | RTLD_LOCAL);

    [[nodiscard]] Symbol find(const char* name) const {
        void* const address = library_ != nullptr ? ::dlsym(library_, name) : nullptr;
        if (address == nullptr) throw std::runtime_error{std::string{"cannot load hwloc: "} + ::dlerror()};
        return {address};
    }

public:
    decltype(&hwloc_topology_init) topology_init = find("hwloc_topology_init");
    decltype(&hwloc_topology_load) topology_load = find("hwloc_topology_load");
    decltype(&hwloc_topology_destroy) topology_destroy = find("hwloc_topology_destroy");
    decltype(&hwloc_topology_is_thissystem) topology_is_thissystem = find("hwloc_topology_is_thissystem");
    decltype(&hwloc_get_type_depth) get_type_depth = find("hwloc_get_type_depth");
    decltype(&hwloc_get_nbobjs_by_depth) get_nbobjs_by_depth = find("hwloc_get_nbobjs_by_depth");
    decltype(&hwloc_get_obj_by_depth) get_obj_by_depth = find("hwloc_get_obj_by_depth");
    decltype(&hwloc_cpukinds_get_by_cpuset) cpukinds_get_by_cpuset = find("hwloc_cpukinds_get_by_cpuset");
    decltype(&hwloc_cpukinds_get_info) cpukinds_get_info = find("hwloc_cpukinds_get_info");
    decltype(&hwloc_bitmap_first) bitmap_first = find("hwloc_bitmap_first");
};

// Of the object of this type that holds a CPU; `otherwise` if the machine does not tell.
int number_above(hwloc_obj_t unit, hwloc_obj_type_t type, int otherwise) {
    for (hwloc_obj_t above = unit->parent; above != nullptr; above = above->parent) {
        if (above->type == type) return static_cast<int>(above->logical_index);
    }
    return otherwise;
}

// 0 if hwloc knows no kinds, or not which is the fastest: then their order says nothing.
int kind_of(const Hwloc& hwloc, hwloc_topology_t topology, hwloc_obj_t unit) {
    const int kind = hwloc.cpukinds_get_by_cpuset(topology, unit->cpuset, 0);
    int efficiency = -1;
    if (kind < 0 || hwloc.cpukinds_get_info(topology, static_cast<unsigned>(kind), nullptr, &efficiency, nullptr,
                                            nullptr, 0) != 0) {
        return 0;
    }
    return std::max(efficiency, 0);
}

std::vector<Cpu> load_this_machine() {
    const Hwloc hwloc;
    hwloc_topology_t topology = nullptr;
    sys::check(hwloc.topology_init(&topology), "hwloc_topology_init");
    const std::unique_ptr<hwloc_topology, decltype(hwloc.topology_destroy)> owned{topology, hwloc.topology_destroy};
    sys::check(hwloc.topology_load(topology), "hwloc_topology_load");
    if (hwloc.topology_is_thissystem(topology) == 0) {
        throw std::runtime_error{
            "hwloc describes another machine than this one, so CPUs cannot be chosen: unset HWLOC_SYNTHETIC, "
            "HWLOC_XMLFILE and HWLOC_FSROOT"};
    }
    const Topology loaded = Topology::of(topology);
    return {loaded.cpus().begin(), loaded.cpus().end()};
}

// The first byte of what the child writes.
constexpr char is_topology = 't';
constexpr char is_error = 'e';

void write_to(int output, char kind, const void* bytes, std::size_t count) {
    std::string text(1, kind);
    text.append(static_cast<const char*>(bytes), count);
    for (std::size_t written = 0; written < text.size();) {
        written += static_cast<std::size_t>(
            sys::check(::write(output, text.data() + written, text.size() - written), "write"));
    }
}

}  // namespace

Topology Topology::of(hwloc_topology* topology) {
    const Hwloc hwloc;
    std::vector<Cpu> cpus;
    const int depth = hwloc.get_type_depth(topology, HWLOC_OBJ_PU);
    const unsigned count = hwloc.get_nbobjs_by_depth(topology, depth);
    for (unsigned i = 0; i < count; ++i) {
        const hwloc_obj_t unit = hwloc.get_obj_by_depth(topology, depth, i);
        const int node = unit->nodeset != nullptr ? hwloc.bitmap_first(unit->nodeset) : 0;
        cpus.push_back({.cpu = static_cast<int>(unit->os_index),
                        .core = number_above(unit, HWLOC_OBJ_CORE, static_cast<int>(i)),
                        .numa_node = std::max(node, 0),
                        .package = number_above(unit, HWLOC_OBJ_PACKAGE, 0),
                        .kind = kind_of(hwloc, topology, unit)});
    }
    return Topology{std::move(cpus)};
}

Topology Topology::of_this_machine() {
    static_assert(std::is_trivially_copyable_v<Cpu>, "it goes through a pipe");
    const sys::ChildOutput output = sys::run_child([](int descriptor) {
        try {
            const std::vector<Cpu> cpus = load_this_machine();
            write_to(descriptor, is_topology, cpus.data(), cpus.size() * sizeof(Cpu));
        } catch (const std::exception& error) {
            write_to(descriptor, is_error, error.what(), std::strlen(error.what()));
        }
    });
    const std::string& text = output.text;
    if (text.starts_with(is_error)) throw std::runtime_error{text.substr(1)};
    if (text.size() <= 1 || output.status != 0) {
        throw std::runtime_error{"hwloc could not be asked for the topology: " + sys::describe_exit(output.status)};
    }
    std::vector<Cpu> cpus((text.size() - 1) / sizeof(Cpu));
    std::memcpy(cpus.data(), text.data() + 1, cpus.size() * sizeof(Cpu));
    return Topology{std::move(cpus)};
}

std::vector<Cpu> Topology::within(const sys::CpuSet& set) const {
    std::vector<Cpu> found;
    std::ranges::copy_if(cpus_, std::back_inserter(found),
                         [&](const Cpu& one) { return std::ranges::binary_search(set, one.cpu); });
    int core = 0;
    for (const Cpu& one : cpus_) core = std::max(core, one.core);
    for (const int cpu : set) {
        if (std::ranges::find(cpus_, cpu, &Cpu::cpu) != cpus_.end()) continue;
        found.push_back({.cpu = cpu, .core = ++core, .numa_node = 0, .package = 0, .kind = 0});
    }
    return found;
}

std::string hwloc_version() {
    constexpr unsigned version = HWLOC_API_VERSION;
    return std::to_string(version >> 16U) + "." + std::to_string((version >> 8U) & 0xffU) + "." +
           std::to_string(version & 0xffU);
}

Topology::Counts Topology::counts() const {
    const auto distinct = [&](int Cpu::*number) {
        std::set<int> numbers;
        for (const Cpu& one : cpus_) numbers.insert(one.*number);
        return numbers.size();
    };
    return {.packages = distinct(&Cpu::package),
            .numa_nodes = distinct(&Cpu::numa_node),
            .cores = distinct(&Cpu::core),
            .hardware_threads = cpus_.size(),
            .kinds = distinct(&Cpu::kind)};
}

}  // namespace bench
