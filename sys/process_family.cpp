#include "sys/process_family.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <csignal>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "sys/check.h"

namespace sys {
namespace {

// The family of this process; children inherit it.
ProcessFamily* current = nullptr;

std::int64_t read_ns(clockid_t clock) noexcept {
    timespec time{};
    if (::clock_gettime(clock, &time) == -1) return -1;
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// -1 if the process has ended.
std::int64_t cpu_ns_of(pid_t pid) noexcept {
    clockid_t clock{};
    return ::clock_getcpuclockid(pid, &clock) == 0 ? read_ns(clock) : -1;
}

// The kernel's tick; a coarse clock moves once in a tick. A quarter more, so that the interval contains one for sure.
Nanoseconds more_than_a_tick() noexcept {
    timespec tick{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return Nanoseconds{tick.tv_nsec + tick.tv_nsec / 4};
}

// Whether no member ran between two readings. Much less than a tick, by which the clock of a running thread moves; more
// than the time between two clock calls of the reader, which may be a member.
bool nearly_equal(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after) noexcept {
    constexpr std::int64_t tolerance_ns = 20'000;
    return std::ranges::equal(
        before, after, [](std::int64_t a, std::int64_t b) { return b - a < tolerance_ns && a - b < tolerance_ns; });
}

}  // namespace

ProcessFamily::Membership::Membership(ProcessFamily& family) {
    // The handler stays for ever, because it cannot be removed; without a family it does nothing.
    static const int registered = ::pthread_atfork(nullptr, nullptr, [] {
        if (current != nullptr) current->enter_self();
    });
    check_error(registered, "pthread_atfork");
    assert(current == nullptr && "a process is in one family at a time");
    current = &family;
    family.enter_self();
}

ProcessFamily::Membership::~Membership() { current = nullptr; }

void ProcessFamily::enter_self() noexcept {
    const std::size_t place = table_->size.fetch_add(1, std::memory_order_acq_rel);
    // The reader sees that there are more than fit.
    if (place < capacity) members_[place].pid = ::getpid();
}

ProcessFamily::Clocks ProcessFamily::read() {
    const std::size_t count = size();
    if (count > capacity) {
        throw std::runtime_error{"the CPU time of more than " + std::to_string(capacity) + " processes is not known"};
    }
    const pid_t own_pid = ::getpid();
    Clocks clocks;
    clocks.moving_ns.reserve(count);
    for (Member& member : members_.span().first(count)) {
        // A member that has not written its pid yet was forked just now.
        const std::int64_t now_ns = member.pid == 0 ? 0 : cpu_ns_of(member.pid);
        if (now_ns >= 0) member.last_ns = now_ns;
        const bool is_reader = member.pid == own_pid;
        if (is_reader) clocks.reader_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
        clocks.total_ns += member.last_ns;
        clocks.moving_ns.push_back(member.last_ns - (is_reader ? clocks.reader_ns : 0));
    }
    return clocks;
}

ProcessFamily::Reading ProcessFamily::read_at_rest() {
    const std::int64_t begin_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
    // However this function ends, no member stays stopped.
    struct Continue {
        ~Continue() { family.signal_spinning(SIGCONT); }
        ProcessFamily& family;
    } const continue_at_the_end{*this};
    bool stopped = signal_spinning(SIGSTOP);
    bool rests = false;
    Clocks clocks = come_to_rest(rests);
    if (!rests && signal_spinning(SIGSTOP)) {
        stopped = true;
        clocks = come_to_rest(rests);
    }
    // If this process is a member, the total holds what the reading had used when the clock of this process was read.
    const bool is_member = clocks.reader_ns > 0;
    const std::int64_t end_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
    return {.before = Nanoseconds{clocks.total_ns - (is_member ? clocks.reader_ns - begin_ns : 0)},
            .after = Nanoseconds{clocks.total_ns + (is_member ? end_ns - clocks.reader_ns : 0)},
            .rest = !rests    ? Rest::moved
                    : stopped ? Rest::stopped
                              : Rest::slept};
}

// Does not rest if a member still runs after ten ticks; then it is marked.
ProcessFamily::Clocks ProcessFamily::come_to_rest(bool& rests) {
    constexpr int attempts = 10;
    const Nanoseconds interval = more_than_a_tick();
    Clocks clocks = read();
    for (int attempt = 1;; ++attempt) {
        sleep_until(now() + interval);
        const Clocks before = std::exchange(clocks, read());
        rests = nearly_equal(before.moving_ns, clocks.moving_ns);
        if (rests) return clocks;
        if (attempt < attempts) continue;
        mark_spinning(before.moving_ns, clocks.moving_ns);
        return clocks;
    }
}

void ProcessFamily::mark_spinning(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after) {
    const std::int64_t half_a_tick = more_than_a_tick().count() / 2;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
        if (after[i] - before[i] > half_a_tick) members_[i].spins = true;
    }
}

// Never this process itself: nobody would be left to continue it.
bool ProcessFamily::signal_spinning(int signal) {
    bool found = false;
    for (const Member& member : members_.span().first(std::min(size(), capacity))) {
        if (!member.spins || member.pid == ::getpid()) continue;
        found = true;
        ::kill(member.pid, signal);
    }
    return found;
}

}  // namespace sys
