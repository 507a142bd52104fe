#include "sys/resource_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

namespace sys {
namespace {

std::int64_t to_ns(const timeval& time) noexcept {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
}

ResourceUsage read_usage(int who) noexcept {
    rusage usage{};
    ::getrusage(who, &usage);
    return {to_ns(usage.ru_utime), to_ns(usage.ru_stime), usage.ru_nvcsw,
            usage.ru_nivcsw,       usage.ru_minflt,       usage.ru_majflt};
}

constexpr std::array fields{&ResourceUsage::cpu_user_ns,        &ResourceUsage::cpu_system_ns,
                            &ResourceUsage::switches_voluntary, &ResourceUsage::switches_involuntary,
                            &ResourceUsage::faults_minor,       &ResourceUsage::faults_major};
static_assert(sizeof(ResourceUsage) == fields.size() * sizeof(std::int64_t), "a field is missing here");

}  // namespace

ResourceUsage& ResourceUsage::operator+=(const ResourceUsage& other) noexcept {
    for (const auto field : fields) this->*field += other.*field;
    return *this;
}

ResourceUsage& ResourceUsage::operator-=(const ResourceUsage& other) noexcept {
    for (const auto field : fields) this->*field -= other.*field;
    return *this;
}

ResourceUsage operator+(ResourceUsage left, const ResourceUsage& right) noexcept { return left += right; }
ResourceUsage operator-(ResourceUsage left, const ResourceUsage& right) noexcept { return left -= right; }

ResourceUsage own_usage() noexcept { return read_usage(RUSAGE_SELF); }

ResourceUsage thread_usage() noexcept {
    // getrusage() alone gives the CPU time of this thread as of the last tick; reading the clock brings it up to date.
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return read_usage(RUSAGE_THREAD);
}

ResourceUsage usage_with_children() noexcept { return read_usage(RUSAGE_SELF) + read_usage(RUSAGE_CHILDREN); }

std::optional<MachineTime> machine_time() {
    // "cpu  user nice system idle iowait irq softirq steal ..."
    std::ifstream stat{"/proc/stat"};
    std::string label;
    std::int64_t ticks[8] = {};
    stat >> label;
    for (std::int64_t& field : ticks) stat >> field;
    if (!stat || label != "cpu") return std::nullopt;
    const Nanoseconds tick{1'000'000'000 / ::sysconf(_SC_CLK_TCK)};
    const auto& [user, nice, system, idle, io_wait, irq, soft_irq, steal] = ticks;
    return MachineTime{.busy = tick * (user + nice + system + irq + soft_irq), .steal = tick * steal};
}

std::optional<Nanoseconds> throttled_time() {
    // A line is "number:controllers:path"; in version 2 the controllers are empty.
    constexpr std::string_view version_2 = "0::";
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);) {
        if (!line.starts_with(version_2)) continue;
        const std::string group = line.substr(version_2.size());
        for (const std::string mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
            std::ifstream cpu_stat{mount + group + "/cpu.stat"};
            if (cpu_stat) return throttled_time_in(cpu_stat);
        }
    }
    return std::nullopt;
}

std::optional<Nanoseconds> throttled_time_in(std::istream& cpu_stat) {
    std::string name;
    std::int64_t value = 0;
    while (cpu_stat >> name >> value) {
        if (name == "throttled_usec") return std::chrono::microseconds{value};
    }
    return std::nullopt;
}

std::optional<Nanoseconds> run_delay() {
    // "<time on a CPU> <time waiting for one> <slices>", nanoseconds; absent without CONFIG_SCHED_INFO.
    std::ifstream schedstat{"/proc/self/schedstat"};
    std::int64_t running = 0;
    std::int64_t waiting = 0;
    schedstat >> running >> waiting;
    if (!schedstat) return std::nullopt;
    return Nanoseconds{waiting};
}

}  // namespace sys
