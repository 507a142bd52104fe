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

std::vector<pid_t> ProcessFamily::pids() const {
    std::vector<pid_t> found;
    for (const Member& member : members_.span().first(std::min(size(), capacity))) {
        if (member.pid != 0) found.push_back(member.pid);
    }
    return found;
}

void ProcessFamily::continue_stopped() noexcept { signal_spinning(SIGCONT); }

// However a reading ends, no member stays stopped.
class ProcessFamily::ContinueAtTheEnd {
public:
    explicit ContinueAtTheEnd(ProcessFamily& family) : family_{family} {}
    ContinueAtTheEnd(const ContinueAtTheEnd&) = delete;
    ContinueAtTheEnd& operator=(const ContinueAtTheEnd&) = delete;
    ~ContinueAtTheEnd() { family_.signal_spinning(SIGCONT); }

private:
    ProcessFamily& family_;
};

ProcessFamily::Reading ProcessFamily::read_at_rest() {
    const std::int64_t begin_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
    const ContinueAtTheEnd guard{*this};
    const Settled settled = settle(signal_spinning(SIGSTOP));
    return reading_of(settled.clocks, settled.clocks, begin_ns, settled.rest);
}

ProcessFamily::Reading ProcessFamily::read_over(const std::function<void()>& pause) {
    const std::int64_t begin_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
    const ContinueAtTheEnd guard{*this};
    const bool stopped = signal_spinning(SIGSTOP);
    const Clocks before = read();
    const TimePoint begin = now();
    pause();
    const Nanoseconds took = now() - begin;
    if (took < 2 * more_than_a_tick()) {
        const Settled settled = settle(stopped);
        return reading_of(settled.clocks, settled.clocks, begin_ns, settled.rest);
    }
    const Clocks after = read();
    // Threads that ran at the first reading were late by a tick each.
    if (!mark_spinning(before, after, std::max(took / 100, 2 * more_than_a_tick()))) {
        return reading_of(after, after, begin_ns, stopped ? Rest::stopped : Rest::slept);
    }
    if (!signal_spinning(SIGSTOP)) return reading_of(before, after, begin_ns, Rest::moved);
    const Settled settled = settle(true);
    Reading reading = reading_of(before, settled.clocks, begin_ns, Rest::moved);
    reading.rest_after = settled.rest;
    return reading;
}

// `stopped`: whether a member was stopped.
ProcessFamily::Settled ProcessFamily::settle(bool stopped) {
    bool rests = false;
    Clocks clocks = come_to_rest(rests);
    if (!rests && signal_spinning(SIGSTOP)) {
        stopped = true;
        clocks = come_to_rest(rests);
    }
    return {std::move(clocks), !rests ? Rest::moved : stopped ? Rest::stopped : Rest::slept};
}

// If this process is a member, the totals hold what the reading had used when the clock of this process was read.
ProcessFamily::Reading ProcessFamily::reading_of(const Clocks& before, const Clocks& after, std::int64_t begin_ns,
                                                 Rest rest) {
    const bool is_member = after.reader_ns > 0;
    const std::int64_t end_ns = read_ns(CLOCK_THREAD_CPUTIME_ID);
    return {.before = Nanoseconds{before.total_ns - (is_member ? before.reader_ns - begin_ns : 0)},
            .after = Nanoseconds{after.total_ns + (is_member ? end_ns - after.reader_ns : 0)},
            .rest = rest,
            .rest_after = rest};
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
        mark_spinning(before, clocks, interval / 2);
        return clocks;
    }
}

bool ProcessFamily::mark_spinning(const Clocks& before, const Clocks& after, Nanoseconds limit) {
    bool found = false;
    for (std::size_t i = 0; i < std::min(before.moving_ns.size(), after.moving_ns.size()); ++i) {
        if (after.moving_ns[i] - before.moving_ns[i] <= limit.count()) continue;
        members_[i].spins = true;
        found = true;
    }
    return found;
}

// Never this process itself: nobody would be left to continue it.
bool ProcessFamily::signal_spinning(int signal) noexcept {
    bool found = false;
    for (const Member& member : members_.span().first(std::min(size(), capacity))) {
        if (!member.spins || member.pid == ::getpid()) continue;
        found = true;
        ::kill(member.pid, signal);
    }
    return found;
}

}  // namespace sys
