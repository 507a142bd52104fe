// Carrier: the caller. Waiter: blocking in the call.
//
// One task after another; a spawned task runs to its end before the one that spawned it goes on. The baseline:
// nothing is paid for concurrency, and nothing is gained from it. Its weakness is every wait, for which everything
// else waits as well.
#include "models/blocking/run_blocking.h"
#include "models/model.h"

namespace models {
namespace {

class Serial final : public Model {
public:
    Serial(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger}, events_{job.demand().events} {}

    void run() override {
        events_.clear();
        for (std::size_t index = 0; index < job_.size(); ++index) {
            run_blocking(*job_.make(index), tasks::root(index), ledger_, events_, *this);
        }
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        run_blocking(*task, tasks::TaskId::spawned, ledger_, events_, *this);
        return {};
    }
    // There are no others to let run.
    void yield() noexcept {}

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
};

}  // namespace

extern constinit const Entry serial_entry{
    .name = "serial",
    .family = Family::serial,
    .carrier = "caller",
    .waiter = "blocking",
    .summary = "one task after another",
    .parameters = {},
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            const Support together = enough_at_once(demand, 1);
            return together ? enough_descriptors(demand.descriptors_per_task) : together;
        },
    .make = make_model<Serial>,
    .classic = true,
    .tasks_at_once = [](const tasks::Arguments&) -> std::size_t { return 1; },
};

}  // namespace models
