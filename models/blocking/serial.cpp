// Carrier: the calling thread. Wait mechanism: blocking in the call.
//
// One task after another; a spawned task runs to its end before its parent goes on. The baseline: it pays nothing for
// concurrency and gains nothing from it. Its weakness: while one task waits, all others wait too.
#include "models/blocking/blocking_model.h"
#include "models/model.h"

namespace models {
namespace {

class Serial final : public BlockingModel {
public:
    Serial(const tasks::Job& job, tasks::Ledger& ledger)
        : BlockingModel{job, ledger, sys::Sharing::within_process, 1} {}

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        Children children;
        run_task(*task, tasks::TaskId::spawned, children, *this);
        return {};
    }
    using Children = InlineChildren;
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        return run_child_inline(*task, siblings, *this);
    }
    static tasks::Result join(Children& children) noexcept { return children.take(); }
    // No other task could run meanwhile.
    static void yield() noexcept {}

private:
    void run_roots() override {
        for (std::size_t index = 0; index < job().size(); ++index) {
            Children children;
            run_root(index, children, *this);
        }
    }
};

}  // namespace

extern constinit const Entry serial_entry{
    .name = "serial",
    .family = Family::serial,
    .carrier = "caller",
    .wait_mechanism = "blocking",
    .summary = "one task after another",
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            return first_refusal({enough_at_once(demand, 1), spawned_run_inline(demand),
                                  enough_descriptors(demand.descriptors_per_task)});
        },
    .make = make_model<Serial>,
    .classic = true,
    .tasks_at_once = [](const tasks::Arguments&) -> std::size_t { return 1; },
};

}  // namespace models
