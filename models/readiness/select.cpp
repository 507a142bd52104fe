// Carrier: the loop's table. Wait mechanism: select (pselect, whose timeout is in nanoseconds).
//
// Three bit sets are copied in and out at every wait, and the kernel checks every number up to the highest. The oldest
// and most portable. Its weakness: a set holds FD_SETSIZE (1,024) descriptors. A higher number is not an error but a
// write past the end of the set, so this model refuses jobs that could open one.
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>

#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "sys/check.h"
#include "sys/limits.h"

namespace models {
namespace {

class Select final : public Poller {
public:
    void watch(int descriptor, Interest interest, bool /*known*/) override {
        if (descriptor >= FD_SETSIZE) {
            throw std::out_of_range{"select: descriptor " + std::to_string(descriptor) + " does not fit FD_SETSIZE " +
                                    std::to_string(FD_SETSIZE)};
        }
        FD_CLR(descriptor, &readers_);
        FD_CLR(descriptor, &writers_);
        if (includes(interest, Interest::readable)) FD_SET(descriptor, &readers_);
        if (includes(interest, Interest::writable)) FD_SET(descriptor, &writers_);
        end_ = std::max(end_, descriptor + 1);
    }

    void forget(int descriptor) override {
        FD_CLR(descriptor, &readers_);
        FD_CLR(descriptor, &writers_);
        while (end_ > 0 && !FD_ISSET(end_ - 1, &readers_) && !FD_ISSET(end_ - 1, &writers_)) --end_;
    }

    void wait(Timeout timeout, std::vector<Ready>& ready) override {
        fd_set readable = readers_;
        fd_set writable = writers_;
        const timespec limit = sys::to_timespec(timeout.value_or(sys::Nanoseconds{0}));
        int left = ::pselect(end_, &readable, &writable, nullptr, timeout ? &limit : nullptr, nullptr);
        if (left == -1 && errno == EINTR) return;
        sys::check(left, "pselect");
        // select counts bits: a descriptor that is ready for both directions counts twice. After an error or a hang-up,
        // all of its requested bits are set.
        for (int descriptor = 0; left > 0 && descriptor < end_; ++descriptor) {
            const bool reads = FD_ISSET(descriptor, &readable);
            const bool writes = FD_ISSET(descriptor, &writable);
            if (!reads && !writes) continue;
            ready.push_back({descriptor, interest_of(reads, writes)});
            left -= static_cast<int>(reads) + static_cast<int>(writes);
        }
    }

private:
    fd_set readers_{};
    fd_set writers_{};
    int end_ = 0;  // one more than the highest descriptor in either set
};

Support support_select(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    // The kernel gives the lowest free number, so the highest is known beforehand, except for a few of our own.
    constexpr std::size_t reserve = 4;
    const std::size_t highest = sys::open_descriptors() + reserve + demand.tasks_at_once * demand.descriptors_per_task;
    if (highest >= FD_SETSIZE) {
        return Support::no("select: descriptor " + std::to_string(highest) + " does not fit FD_SETSIZE " +
                           std::to_string(FD_SETSIZE));
    }
    return support_one_process(demand, arguments);
}

}  // namespace

std::unique_ptr<Poller> make_select_poller() { return std::make_unique<Select>(); }

extern constinit const Entry select_entry{
    .name = "select",
    .family = Family::loops,
    .carrier = "loop's table",
    .wait_mechanism = "select",
    .summary = "one thread, event loop over select",
    .support = support_select,
    .make = make_event_loop<Select>,
    .classic = true,
};

}  // namespace models
