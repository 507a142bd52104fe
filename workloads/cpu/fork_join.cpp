// CPU: a tree of tasks. A task that is no leaf spawns its children, waits for all of them, and hands the sum of their
// values to its parent. The tasks compute nothing, so the measured time is that of forking and joining.
//
// Two shapes, which others measure too:
//   skynet  ten children each, `leaves` leaves; the value of a leaf is its number (github.com/atemerev/skynet; the
//           runtimes in github.com/tzcnt/runtime-benchmarks). The tree is flat: 1,000,000 leaves are six levels down.
//   fib     fib(n) forks fib(n-1) and fib(n-2); the value of fib(1) is 1, that of fib(0) is 0 (the example of Cilk, and
//           of runtime-benchmarks). One branch is always deeper than the other, so workers must share the work anew
//           again and again.
//
// The order decides how many tasks exist at once: see docs/workloads.md#fork_join. In an observed run, the root task
// reads how much memory the process had at the most.
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "sys/memory_usage.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

// The root of a tree, and of each tree in it. 32 bits are enough for all arguments, and keep the tasks small.
struct Skynet {
    std::uint32_t first;  // number of the first leaf
    std::uint32_t leaves;

    static constexpr std::uint32_t children = 10;
    [[nodiscard]] bool is_leaf() const noexcept { return leaves == 1; }
    [[nodiscard]] std::uint64_t value_of_leaf() const noexcept { return first; }
    [[nodiscard]] Skynet child(std::uint32_t index) const noexcept {
        return {first + index * (leaves / children), leaves / children};
    }
};
struct Fib {
    std::uint32_t n;

    static constexpr std::uint32_t children = 2;
    [[nodiscard]] bool is_leaf() const noexcept { return n < 2; }
    [[nodiscard]] std::uint64_t value_of_leaf() const noexcept { return n; }
    [[nodiscard]] Fib child(std::uint32_t index) const noexcept { return {n - 1 - index}; }
};

// A model may hold a million tasks at once, so a leaf has nothing that it does not need.
class LeafTask final : public tasks::Task {
public:
    explicit LeafTask(std::uint64_t value) : value_{value} {}
    tasks::Operation resume(tasks::Result) override { return tasks::Finish{value_}; }

private:
    std::uint64_t value_;
};

template <class Tree>
class ParentTask final : public tasks::SteppedTask<ParentTask<Tree>> {
public:
    explicit ParentTask(Tree tree) : tasks::SteppedTask<ParentTask>{&ParentTask::started}, tree_{tree} {}

private:
    friend tasks::SteppedTask<ParentTask>;

    tasks::Operation started(tasks::Result) { return spawn_next(); }
    tasks::Operation spawned(tasks::Result result) {
        if (result.failed()) return spawn_failed(result);
        return ++spawned_ < Tree::children ? spawn_next() : this->then(&ParentTask::joined, tasks::Join{});
    }
    tasks::Operation joined(tasks::Result result) {
        return result.failed() ? this->give_up(result) : tasks::Finish{static_cast<std::uint64_t>(result.value)};
    }
    // The first error is the one to report: that of the Spawn.
    tasks::Operation joined_after_error(tasks::Result) { return tasks::Finish{0, error_}; }

    tasks::Operation spawn_next();
    // Children that have been started must be joined, also if another one could not be started.
    tasks::Operation spawn_failed(tasks::Result result) {
        if (spawned_ == 0) return this->give_up(result);
        error_ = result.error();
        return this->then(&ParentTask::joined_after_error, tasks::Join{});
    }

    Tree tree_;
    std::uint32_t spawned_ = 0;  // children that have been started
    int error_ = 0;
};

template <class Tree>
std::unique_ptr<tasks::Task> make_task(Tree tree) {
    if (tree.is_leaf()) return std::make_unique<LeafTask>(tree.value_of_leaf());
    return std::make_unique<ParentTask<Tree>>(tree);
}

template <class Tree>
tasks::Operation ParentTask<Tree>::spawn_next() {
    return this->then(&ParentTask::spawned, tasks::Spawn{.task = make_task(tree_.child(spawned_)), .joined = true});
}

static_assert(sizeof(LeafTask) <= 16);
static_assert(sizeof(ParentTask<Skynet>) <= 40 && sizeof(ParentTask<Fib>) <= 40);

// Shared by the tasks of all processes.
struct ForkJoinBoard {
    bool observed;  // this run reads the memory
    pid_t process;  // the only one whose memory is read
    std::int64_t bytes_before;
    std::optional<std::int64_t> peak_bytes;  // of the last run
};

// The root task of an observed run. It ends after all other tasks, so it reads the peak of all of them.
class ObservedRoot final : public tasks::Task {
public:
    ObservedRoot(std::unique_ptr<tasks::Task> root, ForkJoinBoard& board) : root_{std::move(root)}, board_{board} {}
    tasks::Operation resume(tasks::Result result) override {
        tasks::Operation operation = root_->resume(result);
        if (std::holds_alternative<tasks::Finish>(operation)) read_peak();
        return operation;
    }

private:
    void read_peak() {
        if (::getpid() != board_.process) return;
        if (const auto memory = sys::resident_set()) board_.peak_bytes = memory->peak_bytes;
    }

    std::unique_ptr<tasks::Task> root_;
    ForkJoinBoard& board_;
};

std::uint64_t fibonacci(std::uint32_t n) {
    std::uint64_t number = 0;
    std::uint64_t next = 1;
    for (; n > 0; --n) {
        const std::uint64_t after_next = number + next;
        number = next;
        next = after_next;
    }
    return number;
}

class ForkJoin final : public Workload {
public:
    explicit ForkJoin(const tasks::Arguments& arguments)
        : leaves_{static_cast<std::uint32_t>(arguments.count("leaves"))},
          fib_{static_cast<std::uint32_t>(arguments.count("fib"))} {
        board_->process = ::getpid();
    }

    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        std::unique_ptr<tasks::Task> root = is_skynet() ? make_task(Skynet{0, leaves_}) : make_task(Fib{fib_});
        if (!board_->observed) return root;
        return std::make_unique<ObservedRoot>(std::move(root), *board_);
    }
    void observe_next_run() override { observe_next_run_ = true; }
    void begin() override {
        board_->peak_bytes.reset();
        board_->observed = std::exchange(observe_next_run_, false) && start_reading();
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks(), .parents = parents()}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict digests = verify_digests(ledger, [this](std::size_t) { return sum(); }); !digests) return digests;
        if (ledger.spawned_finished() == 0) return Verdict::valid();
        return Verdict::invalid("children in the ledger: " + std::to_string(ledger.spawned_finished()) +
                                "; a child reports to its parent alone");
    }
    Work work() const override { return {.units = tasks(), .bytes = 0, .fairness = {}}; }
    std::optional<Memory> memory() const override {
        if (!board_->peak_bytes) return std::nullopt;
        return Memory{.when = Memory::When::peak,
                      .tasks = tasks(),
                      .process_bytes = *board_->peak_bytes - board_->bytes_before,
                      .kernel_bytes = std::nullopt,
                      .noise_bytes = sys::resident_peak_error_bytes()};
    }

private:
    // False if the system does not show a peak.
    [[nodiscard]] bool start_reading() {
        // The tasks of an earlier case in this process are freed, but the allocator may keep their memory.
        sys::release_free_memory();
        if (!sys::reset_resident_peak()) return false;
        const auto memory = sys::resident_set();
        if (memory) board_->bytes_before = memory->bytes;
        return memory.has_value();
    }
    [[nodiscard]] bool is_skynet() const noexcept { return fib_ == 0; }
    // Of the whole tree. In a tree whose parents all have c children, the tasks but the root are c for each parent.
    [[nodiscard]] std::uint64_t parents() const {
        return is_skynet() ? (leaves_ - 1) / (Skynet::children - 1) : fibonacci(fib_ + 1) - 1;
    }
    [[nodiscard]] std::uint64_t tasks() const {
        return 1 + parents() * (is_skynet() ? Skynet::children : Fib::children);
    }
    [[nodiscard]] std::uint64_t sum() const {
        return is_skynet() ? std::uint64_t{leaves_} * (leaves_ - 1) / 2 : fibonacci(fib_);
    }

    std::uint32_t leaves_;
    std::uint32_t fib_;
    bool observe_next_run_ = false;
    sys::Shared<ForkJoinBoard> board_;
};

void require_power_of_ten(const tasks::Arguments& arguments) {
    if (arguments.at("fib") > 0) return;  // then the leaves do not matter
    const std::int64_t leaves = arguments.at("leaves");
    std::int64_t power = 1;
    while (power < leaves) power *= 10;
    if (power == leaves) return;
    throw std::invalid_argument{"argument 'leaves' is " + std::to_string(leaves) +
                                "; it must be a power of ten, because each parent has ten children"};
}

constexpr tasks::Parameter parameters[] = {
    {"leaves", 1'000'000, 1, 100'000'000, "leaves of a tree in which each parent has ten children: a power of ten"},
    {"fib", 0, 0, 40, "0, or n: the tree is that of fib(n) instead, and 'leaves' has no effect"},
};
constexpr Point points[] = {{"leaves:1000", 20}, {"leaves:1000000", 1}, {"fib:28", 1}};

}  // namespace

extern constinit const Entry fork_join_entry{
    .name = "fork_join",
    .group = Group::cpu,
    .unit = "task",
    .summary = "a tree of tasks that spawn their children and wait for them",
    .parameters = parameters,
    .points = points,
    .smoke = "leaves:100",
    .make = make_workload<ForkJoin>,
    .check = require_power_of_ten,
};

}  // namespace workloads
