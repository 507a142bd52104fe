// Carrier: the loop's table. Wait mechanism: none; it tries again and again.
//
// One thread over non-blocking descriptors: each round tries the operation of every waiting task, which mostly ends
// with EAGAIN, and looks at the clock for sleeping tasks. No call waits, so no model notices an answer sooner, if few
// tasks wait and a CPU can be spared. Its weaknesses: it burns that CPU while nothing happens, and a round costs a
// system call for each waiting task.
#include <algorithm>
#include <cassert>

#include "models/loop/pollers.h"
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
        assert(found != watched_.end());
        *found = watched_.back();
        watched_.pop_back();
    }
    // Every descriptor may be ready: the operation finds out.
    void wait(Timeout /*timeout*/, std::vector<Ready>& ready) override {
        ready.insert(ready.end(), watched_.begin(), watched_.end());
    }

private:
    std::vector<Ready> watched_;
};

}  // namespace

std::unique_ptr<Poller> make_repeating_poller() { return std::make_unique<KeepAsking>(); }

extern constinit const Entry nonblocking_entry{
    .name = "nonblocking",
    .family = Family::loops,
    .carrier = "loop's table",
    .wait_mechanism = "none: keeps asking",
    .summary = "one thread that tries every waiting task again and again",
    .support = support_one_process,
    .make = make_event_loop<KeepAsking>,
    .classic = true,
};

}  // namespace models
