// Carrier: the loop's table. Wait mechanism: poll (ppoll, whose timeout is in nanoseconds, since Linux 2.6.16).
//
// The program keeps the list of descriptors and gives all of it to the kernel at every wait; both walk through it.
// Portable, with no limit on descriptor numbers, no state in the kernel, and no call to change an interest: good for
// some dozen descriptors. Its weakness: a wait costs by the number of connections, idle ones included.
#include <poll.h>

#include <cerrno>

#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "sys/check.h"

namespace models {
namespace {

class Poll final : public Poller {
public:
    void watch(int descriptor, Interest interest, bool known) override {
        const auto index = static_cast<std::size_t>(descriptor);
        if (index >= position_.size()) position_.resize(index + 1);
        if (!known) {
            position_[index] = list_.size();
            list_.push_back({descriptor, 0, 0});
        }
        list_[position_[index]].events = static_cast<short>((includes(interest, Interest::readable) ? POLLIN : 0) |
                                                            (includes(interest, Interest::writable) ? POLLOUT : 0));
    }

    void forget(int descriptor) override {
        // The last entry takes its place, so that the list has no holes.
        const std::size_t hole = position_[static_cast<std::size_t>(descriptor)];
        list_[hole] = list_.back();
        position_[static_cast<std::size_t>(list_[hole].fd)] = hole;
        list_.pop_back();
    }

    void wait(Timeout timeout, std::vector<Ready>& ready) override {
        const timespec limit = sys::to_timespec(timeout.value_or(sys::Nanoseconds{0}));
        int left = ::ppoll(list_.data(), list_.size(), timeout ? &limit : nullptr, nullptr);
        if (left == -1 && errno == EINTR) return;
        sys::check(left, "ppoll");
        for (auto entry = list_.begin(); left > 0; ++entry) {
            if (entry->revents == 0) continue;
            ready.push_back({entry->fd, to_interest(entry->revents)});
            --left;
        }
    }

private:
    static Interest to_interest(short events) {
        constexpr int broken = POLLERR | POLLHUP | POLLNVAL;
        return interest_of((events & (POLLIN | broken)) != 0, (events & (POLLOUT | broken)) != 0);
    }

    std::vector<pollfd> list_;
    std::vector<std::size_t> position_;  // in list_, by descriptor
};

}  // namespace

std::unique_ptr<Poller> make_poll_poller() { return std::make_unique<Poll>(); }

extern constinit const Entry poll_entry{
    .name = "poll",
    .family = Family::loops,
    .carrier = "loop's table",
    .wait_mechanism = "poll",
    .summary = "one thread, event loop over poll",
    .support = support_one_process,
    .make = make_event_loop<Poll>,
    .classic = true,
};

}  // namespace models
