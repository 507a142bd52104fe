#include "bench/harness/placement.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <vector>

#include "sys/control_group.h"
#include "tasks/quoted.h"

namespace bench {
namespace {

// The hardware threads of one core.
using Core = std::vector<Cpu>;

// In the topology's order.
std::vector<Core> cores_of(std::span<const Cpu> cpus) {
    std::vector<Core> cores;
    for (const Cpu& one : cpus) {
        const auto known = std::ranges::find(cores, one.core, [](const Core& core) { return core.front().core; });
        if (known != cores.end()) {
            known->push_back(one);
        } else {
            cores.push_back({one});
        }
    }
    return cores;
}

sys::CpuSet numbers_of(std::span<const Core> cores) {
    sys::CpuSet numbers;
    for (const Core& core : cores) {
        for (const Cpu& one : core) numbers.push_back(one.cpu);
    }
    std::ranges::sort(numbers);
    return numbers;
}

// As many whole cores as hold no more CPUs than `most`.
sys::CpuSet whole_cores(std::span<const Core> cores, std::size_t most) {
    std::size_t count = 0;
    std::size_t cpus = 0;
    while (count < cores.size() && cpus + cores[count].size() <= most) cpus += cores[count++].size();
    return numbers_of(cores.first(count));
}

sys::CpuSet one_of_each_core(std::span<const Core> cores, std::size_t most) {
    sys::CpuSet numbers;
    for (const Core& core : cores.first(std::min(most, cores.size()))) numbers.push_back(core.front().cpu);
    std::ranges::sort(numbers);
    return numbers;
}

std::vector<Cpu> of_fastest_kind(std::vector<Cpu> cpus) {
    const int fastest = std::ranges::max(cpus, {}, &Cpu::kind).kind;
    std::erase_if(cpus, [=](const Cpu& one) { return one.kind != fastest; });
    return cpus;
}

// The cores of the NUMA node that has most of them; all cores if no node has two.
std::vector<Core> in_one_node(const std::vector<Core>& cores) {
    std::map<int, std::vector<Core>> nodes;
    for (const Core& core : cores) nodes[core.front().numa_node].push_back(core);
    const auto most = std::ranges::max_element(nodes, {}, [](const auto& node) { return node.second.size(); });
    return most->second.size() >= 2 ? most->second : cores;
}

CpuSplit split(const std::vector<Core>& cores) {
    if (cores.size() == 1) {
        // The hardware threads of one core are not apart, but nothing is further apart here.
        const Core& only = cores.front();
        const auto half = only.begin() + static_cast<std::ptrdiff_t>((only.size() + 1) / 2);
        const Core first(only.begin(), half);
        const Core second(half, only.end());
        const std::vector<Core> model{first};
        return {numbers_of(model), second.empty() ? numbers_of(model) : numbers_of(std::vector<Core>{second})};
    }
    const std::span<const Core> all{cores};
    const std::size_t half = (all.size() + 1) / 2;
    return {numbers_of(all.first(half)), numbers_of(all.subspan(half))};
}

}  // namespace

std::string_view to_string(Placement placement) noexcept {
    switch (placement) {
        case Placement::split: return "split";
        case Placement::shared: return "shared";
        case Placement::free: return "free";
    }
    return "unknown";
}

Placement parse_placement(std::string_view name) {
    for (const Placement placement : {Placement::split, Placement::shared, Placement::free}) {
        if (name == to_string(placement)) return placement;
    }
    throw std::invalid_argument{"unknown placement " + tasks::quoted(name) + "; there are: split, shared, free"};
}

sys::CpuSet usable_cpus(const Topology& topology, const sys::CpuSet& allowed, std::optional<double> quota_cpus) {
    assert(!allowed.empty());
    if (!quota_cpus || *quota_cpus >= static_cast<double>(allowed.size())) return allowed;
    const auto most = static_cast<std::size_t>(std::max(1.0, *quota_cpus));
    std::vector<Cpu> cpus = topology.within(allowed);
    if (std::vector<Cpu> fastest = of_fastest_kind(cpus); fastest.size() >= most) {
        cpus = std::move(fastest);
    } else {
        std::ranges::stable_sort(cpus, std::ranges::greater{}, &Cpu::kind);
    }
    const std::vector<Core> cores = cores_of(cpus);
    const sys::CpuSet whole = whole_cores(cores, most);
    const sys::CpuSet spread = one_of_each_core(cores, most);
    return whole.size() > spread.size() ? whole : spread;
}

CpuSplit place(Placement placement, workloads::Group group, const Topology& topology, const sys::CpuSet& usable) {
    assert(!usable.empty());
    if (placement == Placement::free) return {usable, usable};
    const std::vector<Core> cores = cores_of(of_fastest_kind(topology.within(usable)));
    if (group == workloads::Group::cpu) {
        const sys::CpuSet all = numbers_of(cores);
        return {all, all};
    }
    CpuSplit apart = split(in_one_node(cores));
    if (placement == Placement::shared) apart.peer = apart.model;
    return apart;
}

MachineCpus cpus_of_this_machine() {
    // First: if this call is forbidden, hwloc tries it for ever.
    const sys::CpuSet affinity = sys::current_affinity();
    Topology topology = Topology::of_this_machine();
    const auto quota = sys::cpu_quota(sys::control_groups("cpu"));
    sys::CpuSet usable = usable_cpus(topology, affinity, quota ? std::optional{quota->cpus()} : std::nullopt);
    return {std::move(topology), std::move(usable)};
}

CpuPlan plan_cpus(Placement placement, const MachineCpus& machine) {
    const auto of = [&](workloads::Group group) { return place(placement, group, machine.topology, machine.usable); };
    return {.placement = placement, .computing = of(workloads::Group::cpu), .serving = of(workloads::Group::io)};
}

std::string to_text(const sys::CpuSet& cpus) {
    std::string text;
    for (const int cpu : cpus) text += (text.empty() ? "" : ",") + std::to_string(cpu);
    return text;
}

sys::CpuSet parse_cpus(std::string_view text) {
    sys::CpuSet cpus;
    const char* position = text.data();
    const char* const end = text.data() + text.size();
    for (;;) {
        int cpu = -1;
        const auto [after, error] = std::from_chars(position, end, cpu);
        const bool is_good = error == std::errc{} && cpu >= 0 && cpu < sys::cpus_max &&
                             std::ranges::find(cpus, cpu) == cpus.end() && (after == end || *after == ',');
        if (!is_good) {
            throw std::invalid_argument{tasks::quoted(text) + " is not a list of different CPUs; write 0,1,2"};
        }
        cpus.push_back(cpu);
        if (after == end) break;
        position = after + 1;
    }
    std::ranges::sort(cpus);
    return cpus;
}

}  // namespace bench
