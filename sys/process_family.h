#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sys/clock.h"
#include "sys/shared_memory.h"

namespace sys {

// A process and all its descendants, with the CPU time that they have used. getrusage() counts a child only when it was
// reaped, so it cannot tell what a child used within a part of its life; the clock of each process can.
// It lies in shared memory: another process, forked after it was made, may read it.
class ProcessFamily {
public:
    // Throws std::system_error.
    ProcessFamily() = default;
    ProcessFamily(const ProcessFamily&) = delete;
    ProcessFamily& operator=(const ProcessFamily&) = delete;

    // While it lives, the process that made it is a member, and so is every process that a member forks, by whatever
    // library. A process is in one family at a time.
    class [[nodiscard]] Membership {
    public:
        // The family outlives the membership.
        explicit Membership(ProcessFamily& family);
        Membership(const Membership&) = delete;
        Membership& operator=(const Membership&) = delete;
        ~Membership();
    };

    // How a reading found the members.
    enum class Rest {
        slept,
        stopped,  // a member spun, and was stopped for the reading
        moved,    // a member did not come to rest: the reading may be wrong by a tick
    };
    struct Reading {
        Nanoseconds before;  // what the members had used when the reading began
        Nanoseconds after;   // more than `before` only if the calling process is a member: what the reading itself used
        Rest rest;           // for `before`
        Rest rest_after;     // for `after`; differs if a member that spins was noticed, and stopped, between the two
    };
    // Waits until all members sleep, and reads the CPU time that they have used since they were born. Of a member that
    // has ended it knows the time at the reading before. Why it waits: the kernel updates the clock of a running thread
    // only at its tick (1 to 10 ms), so the clock is exact only for a thread that sleeps. A member that does not come
    // to rest (it spins) is stopped by SIGSTOP while its clock is read, from then on at once. Takes a few milliseconds,
    // in which this thread sleeps; some ticks more when it first meets a member that spins. One caller at a time. (On a
    // CPU without a tick, nohz_full, a member that spins is not noticed.) Throws std::runtime_error if there were more
    // members than the table has room for.
    [[nodiscard]] Reading read_at_rest();
    // The same at the cost of a pause that the caller makes anyway. Calls `pause`, and reads the clocks after it: a
    // member that slept meanwhile has an exact clock. A member that is known to spin is stopped before the pause and
    // continues after it. If a member spins that was not known to, the pause spoils the reading: Rest::moved, `before`
    // is from the begin of the pause, and the member is known from then on. After a pause of less than two ticks it
    // waits as read_at_rest() does.
    [[nodiscard]] Reading read_over(const std::function<void()>& pause);
    // Any process may call it: continues members that a reading stopped, if the process that read has died.
    void continue_stopped() noexcept;
    // Of all members so far, dead or alive; without one that was forked just now.
    [[nodiscard]] std::vector<pid_t> pids() const;
    // The number of members so far, dead or alive.
    [[nodiscard]] std::size_t size() const noexcept { return table_->size.load(std::memory_order_acquire); }

private:
    class ContinueAtTheEnd;

    static constexpr std::size_t capacity = 65'536;

    struct Member {
        pid_t pid;
        bool spins;
        std::int64_t last_ns;  // the last reading, which stays when the process has ended
    };
    struct Table {
        std::atomic<std::size_t> size;
    };
    struct Clocks {
        std::int64_t total_ns = 0;
        // The clock of the calling thread when that of its process was read; 0 if the process is no member.
        std::int64_t reader_ns = 0;
        std::vector<std::int64_t> moving_ns;  // by member, without the calling thread: the same twice means at rest
    };

    // What a wait for rest came to.
    struct Settled {
        Clocks clocks;
        Rest rest;
    };

    void enter_self() noexcept;
    [[nodiscard]] Clocks read();
    [[nodiscard]] Clocks come_to_rest(bool& rests);
    [[nodiscard]] Settled settle(bool stopped);
    // Marks the members that used more than `limit`; returns whether there is one.
    bool mark_spinning(const Clocks& before, const Clocks& after, Nanoseconds limit);
    // Returns whether there is one.
    bool signal_spinning(int signal) noexcept;
    // `before` and `after`: when the clocks for the two sides of the reading were read. `begin_ns`: the clock of this
    // thread when the reading began.
    [[nodiscard]] static Reading reading_of(const Clocks& before, const Clocks& after, std::int64_t begin_ns,
                                            Rest rest);

    Shared<Table> table_;
    SharedArray<Member> members_{capacity};
};

}  // namespace sys
