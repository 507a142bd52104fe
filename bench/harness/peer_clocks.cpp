#include "bench/harness/peer_clocks.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace bench {
namespace {

// 0 if the process has ended.
std::int64_t cpu_ns_of(pid_t process) noexcept {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

PeerClocks::PeerClocks(std::size_t windows, std::size_t processes_most)
    : pids_{std::max<std::size_t>(1, processes_most)}, windows_{windows}, readings_{windows * pids_.size()} {}

void PeerClocks::enter(std::size_t process) noexcept { pids_[process].store(::getpid(), std::memory_order_relaxed); }

void PeerClocks::before_pause() noexcept { own_before_ns_ = cpu_ns_of(::getpid()); }

void PeerClocks::after_pause(std::optional<std::size_t> closed, std::optional<std::size_t> opened) noexcept {
    const pid_t own = ::getpid();
    for (std::size_t process = 0; process < pids_.size(); ++process) {
        const pid_t pid = pids_[process].load(std::memory_order_relaxed);
        if (pid == 0) continue;
        const std::int64_t now_ns = cpu_ns_of(pid);
        if (closed) reading(*closed, process).closed_ns = pid == own ? own_before_ns_ : now_ns;
        if (opened) reading(*opened, process).opened_ns = now_ns;
    }
}

sys::Nanoseconds PeerClocks::used_in(std::size_t window) const noexcept {
    std::int64_t sum_ns = 0;
    for (std::size_t process = 0; process < pids_.size(); ++process) {
        const auto& [opened_ns, closed_ns] = reading(window, process);
        sum_ns += closed_ns - opened_ns;
    }
    return sys::Nanoseconds{sum_ns};
}

std::vector<sys::Nanoseconds> PeerClocks::used_by_process() const {
    std::vector<sys::Nanoseconds> used;
    for (std::size_t process = 0; process < pids_.size(); ++process) {
        std::int64_t sum_ns = 0;
        for (std::size_t window = 0; window < windows_; ++window) {
            const auto& [opened_ns, closed_ns] = reading(window, process);
            sum_ns += closed_ns - opened_ns;
        }
        used.emplace_back(sum_ns);
    }
    return used;
}

}  // namespace bench
