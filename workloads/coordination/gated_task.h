#pragma once

#include <cstddef>

#include "sys/clock.h"
#include "tasks/operation.h"
#include "tasks/task.h"
#include "workloads/windows.h"

namespace workloads {

// The event of a job whose tasks rest at gates: its first, announced once at each gate.
inline constexpr int gate_event = 0;

// A participant of a workload that is timed in windows and has no remote end: the tasks start once, do the units of a
// window, and rest at a gate until the next window opens. The participant that arrives last turns the gate, and wakes
// the others by an event. Self has units to do as long as the window's quota lasts; its first unit in each window, and
// the one in the round before the first window, is reserved for it (Windows).
template <class Self>
class GatedTask : public tasks::SteppedTask<Self> {
public:
    using Step = typename tasks::SteppedTask<Self>::Step;

    void compute() final {
        if (!arrived_) return work();
        arrived_ = false;
        windows_.turn();
    }

protected:
    GatedTask(Step first, Windows& windows) : tasks::SteppedTask<Self>{first}, windows_{windows} {}

    // The work of the task's own Compute operations.
    virtual void work() {}

    // This participant has nothing left to do in this window. `turned` follows when the next window is open, or when
    // the last one has closed (then windows().is_open() is false).
    [[nodiscard]] tasks::Operation rest(Step turned) {
        const auto [last, gate] = windows_.arrive(sys::now());
        turned_ = turned;
        if (!last) return await_gate(gate, turned);
        arrived_ = true;
        return this->then(&GatedTask::gate_turned, tasks::Compute{});
    }
    // For a task that is no participant: rests until gate number `gate` turns.
    [[nodiscard]] tasks::Operation await_gate(std::size_t gate, Step turned) {
        return this->then(turned, tasks::Await{gate_event, static_cast<std::uint32_t>(gate + 1)});
    }
    // Ends the task with the error of `result`. No further gate turns; those that rest go on, and find no window open.
    [[nodiscard]] tasks::Operation fail(tasks::Result result) {
        (void)windows_.fail();
        error_ = result.error();
        return this->then(&GatedTask::told_others, tasks::Announce{gate_event});
    }
    [[nodiscard]] Windows& windows() noexcept { return windows_; }

private:
    tasks::Operation gate_turned(tasks::Result) { return this->then(turned_, tasks::Announce{gate_event}); }
    tasks::Operation told_others(tasks::Result) { return tasks::Finish{0, error_}; }

    Windows& windows_;
    Step turned_ = nullptr;
    bool arrived_ = false;
    int error_ = 0;
};

}  // namespace workloads
