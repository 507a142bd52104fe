// CPU: philosophers sit around a table, with a fork between each two of them. Each needs both forks next to it to eat.
// What does it cost to take two locks for a short piece of work, when neighbours want the same ones? And does a model
// notice a deadlock? If each takes the fork with the lower number first, there is none; if each takes the left one
// first, all of them end up with one fork. E. W. Dijkstra, "Hierarchical ordering of sequential processes", 1971.
#include <atomic>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sys/shared_memory.h"
#include "workloads/integer_work.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr int all_have_one_fork = 0;  // the event of a table without an order

struct PhilosopherArguments {
    explicit PhilosopherArguments(const tasks::Arguments& arguments)
        : philosophers{arguments.count("philosophers")},
          meals{arguments.count("meals")},
          eat_us{arguments.at("eat_us")},
          ordered{arguments.at("ordered") == 1} {}
    std::size_t philosophers;
    std::uint64_t meals;  // of each
    std::int64_t eat_us;
    bool ordered;  // the fork with the lower number comes first
};

// Semaphore number n with one permit. It has a cache line of its own, because neighbours use it at the same time.
struct alignas(64) Fork {
    // Not atomic: only the philosopher that has the fork may write it. Meals get lost if two have it.
    std::uint64_t meals;
};

// Shared by the tasks of all processes.
struct Table {
    std::atomic<std::size_t> with_one_fork;
};

// A philosopher that fails keeps its forks. If others wait for them, the model finds that none of them can go on.
class Philosopher final : public tasks::SteppedTask<Philosopher> {
public:
    Philosopher(std::size_t seat, const PhilosopherArguments& arguments, Table& table, std::span<Fork> forks)
        : SteppedTask{&Philosopher::started},
          arguments_{arguments},
          table_{table},
          forks_{forks},
          first_{seat},
          second_{(seat + 1) % arguments.philosophers},
          digest_{seat} {
        if (arguments.ordered && first_ > second_) std::swap(first_, second_);
    }

    void compute() override { primes_ = integer_work(arguments_.eat_us); }

private:
    tasks::Operation started(tasks::Result) { return take_first_fork(); }
    tasks::Operation has_first_fork(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (arguments_.ordered || meals_ > 0) return take_second_fork();
        // Without this meeting, a model could run one philosopher after another, and never meet the deadlock.
        const std::size_t with_one_fork = table_.with_one_fork.fetch_add(1, std::memory_order_acq_rel) + 1;
        if (with_one_fork < arguments_.philosophers) {
            return then(&Philosopher::met, tasks::Await{all_have_one_fork});
        }
        return then(&Philosopher::met, tasks::Announce{all_have_one_fork});
    }
    tasks::Operation met(tasks::Result result) { return result.failed() ? give_up(result) : take_second_fork(); }
    tasks::Operation has_both_forks(tasks::Result result) {
        if (result.failed()) return give_up(result);
        // The meals are read before the work and written after it, so that one gets lost if two eat at the same time.
        first_meals_ = forks_[first_].meals;
        second_meals_ = forks_[second_].meals;
        return arguments_.eat_us > 0 ? then(&Philosopher::has_eaten, tasks::Compute{}) : has_eaten({});
    }
    tasks::Operation has_eaten(tasks::Result) {
        forks_[first_].meals = first_meals_ + 1;
        forks_[second_].meals = second_meals_ + 1;
        digest_ = tasks::mix(digest_, primes_);
        ++meals_;
        return then(&Philosopher::second_fork_is_down, release(second_));
    }
    tasks::Operation second_fork_is_down(tasks::Result result) {
        return result.failed() ? give_up(result) : then(&Philosopher::both_forks_are_down, release(first_));
    }
    tasks::Operation both_forks_are_down(tasks::Result result) {
        if (result.failed()) return give_up(result);
        return meals_ < arguments_.meals ? take_first_fork() : tasks::Finish{digest_};
    }

    tasks::Operation take_first_fork() { return then(&Philosopher::has_first_fork, acquire(first_)); }
    tasks::Operation take_second_fork() { return then(&Philosopher::has_both_forks, acquire(second_)); }
    static tasks::Acquire acquire(std::size_t fork) { return {static_cast<int>(fork)}; }
    static tasks::Release release(std::size_t fork) { return {static_cast<int>(fork)}; }

    const PhilosopherArguments& arguments_;
    Table& table_;
    std::span<Fork> forks_;
    std::size_t first_;
    std::size_t second_;
    std::uint64_t meals_ = 0;
    std::uint64_t first_meals_ = 0;  // that the forks had counted when this meal began
    std::uint64_t second_meals_ = 0;
    std::uint64_t primes_ = 0;  // the result of the last meal's work
    std::uint64_t digest_;
};

class Philosophers final : public Workload {
public:
    explicit Philosophers(const tasks::Arguments& arguments)
        : arguments_{arguments}, forks_{arguments_.philosophers}, primes_{integer_work(arguments_.eat_us)} {}

    std::size_t size() const override { return arguments_.philosophers; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<Philosopher>(index, arguments_, *table_, forks_.span());
    }
    tasks::Demand demand() const override {
        // In order, any number of workers will do: a philosopher waits only for one that has a fork, so it has been
        // started; and of all those with forks, the one with the highest fork can go on. Without an order, each waits
        // until all others have been started.
        return {.tasks_at_once = size(),
                .together = arguments_.ordered ? 1 : size(),
                .events = arguments_.ordered ? std::size_t{0} : std::size_t{1},
                .semaphores = std::vector(size(), tasks::SemaphoreShape{.permits = 1, .most = 1, .waiters = 2})};
    }
    void begin() override {
        table_->with_one_fork.store(0, std::memory_order_relaxed);
        for (Fork& fork : forks_) fork.meals = 0;
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        const auto expected = [this](std::size_t seat) {
            std::uint64_t digest = seat;
            for (std::uint64_t meal = 0; meal < arguments_.meals; ++meal) digest = tasks::mix(digest, primes_);
            return digest;
        };
        if (Verdict digests = verify_digests(ledger, expected); !digests) return digests;
        for (std::size_t fork = 0; fork < forks_.size(); ++fork) {
            if (forks_[fork].meals == 2 * arguments_.meals) continue;
            return Verdict::invalid("fork " + std::to_string(fork) + " counted " + std::to_string(forks_[fork].meals) +
                                    " of " + std::to_string(2 * arguments_.meals) +
                                    " meals: two philosophers had it at the same time");
        }
        return Verdict::valid();
    }
    Work work() const override { return {.units = size() * arguments_.meals, .bytes = 0, .fairness = {}}; }

private:
    PhilosopherArguments arguments_;
    sys::Shared<Table> table_;
    sys::SharedArray<Fork> forks_;
    std::uint64_t primes_;  // the result of one meal's work
};

constexpr tasks::Parameter parameters[] = {
    {"philosophers", 5, 2, 100'000, "philosophers, and forks between them"},
    {"meals", 100, 1, 1'000'000, "meals of each philosopher"},
    {"eat_us", 1, 0, 1'000'000, "work of a meal, in units of about a microsecond"},
    {"ordered", 1, 0, 1, "1: the fork with the lower number first; 0: the left one first, which always deadlocks"},
};
constexpr Point points[] = {{"philosophers:5/meals:1000", 1}, {"philosophers:100/meals:100", 1}};

}  // namespace

extern constinit const Entry philosophers_entry{
    .name = "philosophers",
    .group = Group::cpu,
    .unit = "meal",
    .summary = "tasks at a round table that each need two locks, which they share with their neighbours",
    .parameters = parameters,
    .points = points,
    .smoke = "philosophers:3/meals:5",
    .make = make_workload<Philosophers>,
};

}  // namespace workloads
