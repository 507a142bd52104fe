// A user's own model and workload, beside all of those of concur: docs/extending.md.
#include "bench/main.h"
#include "models/loop/table_model.h"
#include "models/loop/pollers.h"
#include "models/table.h"
#include "workloads/table.h"

namespace {
// The model: an event loop that polls for readiness, and never waits for it.
struct Impatient final : models::Poller {
    void watch(int fd, models::Interest interest, bool known) override { epoll_->watch(fd, interest, known); }
    void forget(int fd) override { epoll_->forget(fd); }
    void wait(Timeout, std::vector<models::Ready>& ready) override { epoll_->wait(sys::Nanoseconds{0}, ready); }
    std::unique_ptr<models::Poller> epoll_ = models::make_epoll_poller();
};
const models::Entry impatient{.name = "impatient", .family = models::Family::loops, .carrier = "loop's table",
    .wait_mechanism = "epoll without waiting", .summary = "an event loop that never waits", .parameters = {},
    .support = models::support_one_process, .make = models::make_event_loop<Impatient>};

// The workload: counts the steps from a number to 1 by the rule of Collatz.
std::uint64_t steps_of(std::uint64_t n) { return n == 1 ? 0 : 1 + steps_of(n % 2 == 0 ? n / 2 : 3 * n + 1); }
struct CollatzTask final : tasks::SteppedTask<CollatzTask> {
    explicit CollatzTask(std::uint64_t n) : SteppedTask{&CollatzTask::started}, number{n} {}
    void compute() override { steps = steps_of(number); }
    tasks::Operation started(tasks::Result) { return then(&CollatzTask::computed, tasks::Compute{}); }
    tasks::Operation computed(tasks::Result) { return tasks::Finish{steps}; }
    std::uint64_t number, steps = 0;
};
struct Collatz final : workloads::Workload {
    explicit Collatz(std::size_t n) : numbers{n} {}
    std::size_t size() const override { return numbers; }
    std::unique_ptr<tasks::Task> make(std::size_t i) const override { return std::make_unique<CollatzTask>(i + 1); }
    tasks::Demand demand() const override { return {.tasks_at_once = numbers}; }
    workloads::Verdict verify(const tasks::Ledger& ledger) const override {
        return workloads::verify_digests(ledger, [](std::size_t i) { return steps_of(i + 1); });
    }
    workloads::Work work() const override { return {.units = numbers}; }
    std::size_t numbers;
};
constexpr tasks::Parameter parameters[] = {{"numbers", 1'000, 1, 1'000'000, "numbers, from 1"}};
constexpr workloads::Point points[] = {{"numbers:100", 10}, {"numbers:10000", 1}};
const workloads::Entry collatz{.name = "collatz", .group = workloads::Group::cpu, .unit = "number",
    .summary = "steps from a number to 1 by the rule of Collatz", .parameters = parameters, .points = points, .smoke = "numbers:10",
    .make = [](const tasks::Arguments& arguments, workloads::Acceptors) -> std::unique_ptr<workloads::Workload> {
        return std::make_unique<Collatz>(arguments.count("numbers")); }};
}  // namespace

int main(int argc, char** argv) {
    models::add_model(impatient);
    workloads::add_workload(collatz);
    return bench::run_benchmarks(workloads::Group::cpu, argc, argv);
}
