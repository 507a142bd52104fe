// Carrier: the loop's table. Waiter: none; it keeps asking.
//
// One thread over descriptors that do not block: every turn tries the operation of every task that waits and finds
// EAGAIN, and looks at the clock for those that sleep. No call that waits, so nothing is quicker to notice an
// answer when few tasks wait and a CPU can be spared. Its weakness: it burns that CPU while nothing happens, and a
// turn costs a system call for each task that waits.
#include <algorithm>

#include "models/loop/table_model.h"

namespace models {
namespace {

class KeepAsking final : public Poller {
public:
    void watch(int descriptor, Interest interest, bool known) override {
        if (known) {
            std::ranges::find(watched_, descriptor, &Ready::descriptor)->interest = interest;
        } else {
            watched_.push_back({descriptor, interest});
        }
    }
    void forget(int descriptor) override {
        const auto found = std::ranges::find(watched_, descriptor, &Ready::descriptor);
        *found = watched_.back();
        watched_.pop_back();
    }
    // Anything may be ready: the attempt will tell.
    void wait(Timeout /*timeout*/, std::vector<Ready>& ready) override {
        ready.insert(ready.end(), watched_.begin(), watched_.end());
    }

private:
    std::vector<Ready> watched_;
};

}  // namespace

extern constinit const Entry nonblocking_entry{
    .name = "nonblocking",
    .family = Family::loops,
    .carrier = "loop's table",
    .waiter = "none: keeps asking",
    .summary = "one thread that tries every waiting task again and again",
    .parameters = {},
    .support = support_one_process,
    .make = make_event_loop<KeepAsking>,
    .classic = true,
};

}  // namespace models
