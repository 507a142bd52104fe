// bench_cpu, but a task of `noop` does what kills or stops processes. Which fault: CONCUR_TEST_FAULT.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/main.h"
#include "workloads/table.h"

namespace {

// Locals larger than a page in each call, until the stack is used up.
[[gnu::noinline]] int use_up_the_stack(int depth) {
    volatile char locals[16 * 1024];
    locals[0] = static_cast<char>(depth);
    const int below = depth > 1'000'000 ? 0 : use_up_the_stack(depth + 1);
    return below + locals[0];
}

class FaultyTask final : public tasks::SteppedTask<FaultyTask> {
public:
    explicit FaultyTask(std::string_view fault) : SteppedTask{&FaultyTask::started}, fault_{fault} {}
    void compute() override {
        if (fault_ == "kill") ::raise(SIGKILL);
        if (fault_ == "overflow") (void)use_up_the_stack(0);
        for (;;) ::pause();  // "hang"
    }

private:
    tasks::Operation started(tasks::Result) { return then(&FaultyTask::computed, tasks::Compute{}); }
    tasks::Operation computed(tasks::Result) { return tasks::Finish{0}; }
    std::string fault_;
};

class FaultyNoop final : public workloads::Workload {
public:
    explicit FaultyNoop(std::unique_ptr<Workload> usual) : usual_{std::move(usual)} {}
    std::size_t size() const override { return usual_->size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        const char* const fault = std::getenv("CONCUR_TEST_FAULT");
        if (fault == nullptr || index != 0) return usual_->make(index);
        return std::make_unique<FaultyTask>(fault);
    }
    tasks::Demand demand() const override { return usual_->demand(); }
    workloads::Verdict verify(const tasks::Ledger& ledger) const override { return usual_->verify(ledger); }
    workloads::Work work() const override { return usual_->work(); }

private:
    std::unique_ptr<Workload> usual_;
};

workloads::Entry usual;

}  // namespace

int main(int argc, char** argv) {
    usual = workloads::find("noop");
    workloads::Entry faulty = usual;
    faulty.make = [](const tasks::Arguments& arguments,
                     workloads::Acceptors acceptors) -> std::unique_ptr<workloads::Workload> {
        return std::make_unique<FaultyNoop>(usual.make(arguments, acceptors));
    };
    // The table's own storage is not constant.
    for (const workloads::Entry* const& line : workloads::table()) {
        if (line->name == usual.name) const_cast<const workloads::Entry*&>(line) = &faulty;
    }
    return bench::run_benchmarks(workloads::Group::cpu, argc, argv);
}
