#include "sys/cpu_set.h"

#include <sched.h>

#include <cassert>
#include <memory>
#include <system_error>

#include "sys/check.h"

namespace sys {
namespace {

struct FreeSet {
    void operator()(cpu_set_t* set) const noexcept { CPU_FREE(set); }
};
using Set = std::unique_ptr<cpu_set_t, FreeSet>;

// On machines with more than CPU_SETSIZE (1,024) CPUs the kernel refuses a plain cpu_set_t, so the set is larger.
Set make_set() {
    Set set{CPU_ALLOC(cpus_max)};
    if (!set) throw std::bad_alloc{};
    CPU_ZERO_S(CPU_ALLOC_SIZE(cpus_max), set.get());
    return set;
}

}  // namespace

CpuSet current_affinity() {
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus_max);
    const Set set = make_set();
    check(::sched_getaffinity(0, bytes, set.get()), "sched_getaffinity");
    CpuSet cpus;
    for (int cpu = 0; cpu < cpus_max; ++cpu) {
        if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.get())) cpus.push_back(cpu);
    }
    return cpus;
}

void set_affinity(const CpuSet& cpus) {
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus_max);
    const Set set = make_set();
    for (const int cpu : cpus) {
        assert(cpu >= 0 && cpu < cpus_max);
        CPU_SET_S(static_cast<std::size_t>(cpu), bytes, set.get());
    }
    check(::sched_setaffinity(0, bytes, set.get()), "sched_setaffinity");
}

}  // namespace sys
