#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "script.h"
#include "tasks/ledger.h"
#include "workloads/workload.h"

namespace workloads {

// Plays a model of all root tasks of a workload, in one thread. Those that wait for a semaphore or a channel go on in
// the order in which they came; which of the others goes on next is drawn from `seed`. A task that sleeps wakes,
// without a delay, when no other can go on. A driver runs once.
class CoordinationDriver {
public:
    using Slot = std::vector<std::byte>;
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    explicit CoordinationDriver(const Workload& workload, unsigned seed = 0)
        : order_{seed}, demand_{workload.demand()}, announced_(demand_.events), awaiting_(demand_.events) {
        for (const tasks::SemaphoreShape& shape : demand_.semaphores) semaphores_.push_back({shape.permits, {}});
        channels_.resize(demand_.channels.size());
        for (std::size_t index = 0; index < workload.size(); ++index) {
            tasks_.emplace_back(workload.make(index));
            ready_.push_back(index);
        }
    }

    // Mistakes of a model, which a workload must notice. All are set before run().
    // Puts what was pushed into a channel.
    std::function<void(std::deque<Slot>&, Slot)> store = [](std::deque<Slot>& slots, Slot slot) {
        slots.push_back(std::move(slot));
    };
    // Permits that each semaphore has beyond its shape.
    std::uint32_t extra_permits = 0;
    // The operation of this number, over all tasks, ends with -EIO. Those that cannot fail (Compute) are not counted.
    std::size_t failing_operation = never;

    // Until all tasks have finished; their ends are entered into `ledger`.
    void run(tasks::Ledger& ledger) {
        for (Semaphore& semaphore : semaphores_) semaphore.permits += extra_permits;
        std::size_t finished = 0;
        while (finished < tasks_.size()) {
            if (ready_.empty() && !wake_sleeper()) break_deadlock();
            const std::size_t task = take_ready();
            if (tasks_[task].asks<tasks::Finish>()) {
                ledger.finish(tasks::root(task), tasks_[task].asked<tasks::Finish>());
                ++finished;
            } else {
                perform(task);
            }
        }
    }
    // How many operations there were that could have failed.
    [[nodiscard]] std::size_t operations() const noexcept { return operations_; }
    // How often all tasks waited for one another; their operations then ended with -EDEADLK.
    [[nodiscard]] int deadlocks() const noexcept { return deadlocks_; }

private:
    struct Semaphore {
        std::uint32_t permits;
        std::deque<std::size_t> waiting;
    };
    struct Channel {
        std::deque<Slot> slots;
        std::deque<std::size_t> pushing;
        std::deque<std::size_t> popping;
        bool closed = false;
    };

    std::size_t take_ready() {
        const std::size_t place = std::uniform_int_distribution<std::size_t>{0, ready_.size() - 1}(order_);
        std::swap(ready_[place], ready_.back());
        const std::size_t task = ready_.back();
        ready_.pop_back();
        return task;
    }
    void go_on(std::size_t task, std::int64_t result) {
        tasks_[task].answer(result);
        ready_.push_back(task);
    }
    std::size_t take_first(std::deque<std::size_t>& waiting) {
        const std::size_t first = waiting.front();
        waiting.pop_front();
        return first;
    }

    void perform(std::size_t task) {
        Script& script = tasks_[task];
        if (script.asks<tasks::Compute>()) {
            script.compute();
            ready_.push_back(task);
        } else if (operations_++ == failing_operation) {
            go_on(task, -EIO);
        } else if (script.asks<tasks::Sleep>()) {
            sleeping_.emplace(script.asked<tasks::Sleep>().until, task);
        } else if (script.asks<tasks::Await>()) {
            await(task, script.asked<tasks::Await>());
        } else if (script.asks<tasks::Announce>()) {
            announce(task, at(announced_, script.asked<tasks::Announce>().event),
                     at(awaiting_, script.asked<tasks::Announce>().event));
        } else if (script.asks<tasks::Acquire>()) {
            acquire(task, at(semaphores_, script.asked<tasks::Acquire>().semaphore));
        } else if (script.asks<tasks::Release>()) {
            release(task, script.asked<tasks::Release>().semaphore);
        } else {
            use_channel(task);
        }
    }
    void await(std::size_t task, const tasks::Await& await) {
        const std::uint32_t announced = at(announced_, await.event);
        if (await.times > announced + 1) throw std::logic_error{"awaits more than the next announcement"};
        if (announced >= await.times) return go_on(task, 0);
        at(awaiting_, await.event).push_back(task);
    }
    void announce(std::size_t task, std::uint32_t& announced, std::deque<std::size_t>& awaiting) {
        ++announced;
        while (!awaiting.empty()) go_on(take_first(awaiting), 0);
        go_on(task, 0);
    }
    void acquire(std::size_t task, Semaphore& semaphore) {
        if (semaphore.permits == 0) return semaphore.waiting.push_back(task);
        --semaphore.permits;
        go_on(task, 0);
    }
    void release(std::size_t task, int number) {
        Semaphore& semaphore = at(semaphores_, number);
        if (!semaphore.waiting.empty()) {
            go_on(take_first(semaphore.waiting), 0);
        } else if (++semaphore.permits > at(demand_.semaphores, number).most + extra_permits) {
            throw std::logic_error{"releases more permits than the semaphore can have"};
        }
        go_on(task, 0);
    }
    void use_channel(std::size_t task) {
        Script& script = tasks_[task];
        int number = 0;
        if (script.asks<tasks::Push>()) {
            number = script.asked<tasks::Push>().channel;
            at(channels_, number).pushing.push_back(task);
        } else if (script.asks<tasks::Pop>()) {
            number = script.asked<tasks::Pop>().channel;
            at(channels_, number).popping.push_back(task);
        } else {
            number = script.asked<tasks::Close>().channel;
            at(channels_, number).closed = true;
            go_on(task, 0);
        }
        move_items(at(channels_, number), at(demand_.channels, number));
    }
    void move_items(Channel& channel, const tasks::ChannelShape& shape) {
        for (;;) {
            if (channel.closed && !channel.pushing.empty()) {
                go_on(take_first(channel.pushing), -EPIPE);
            } else if (!channel.pushing.empty() && channel.slots.size() < shape.slots) {
                const std::size_t task = take_first(channel.pushing);
                const auto bytes = tasks_[task].asked<tasks::Push>().bytes;
                if (bytes.size() != shape.slot_bytes) throw std::logic_error{"pushes not one slot"};
                store(channel.slots, Slot{bytes.begin(), bytes.end()});
                go_on(task, static_cast<std::int64_t>(bytes.size()));
            } else if (!channel.popping.empty() && !channel.slots.empty()) {
                const std::size_t task = take_first(channel.popping);
                const auto into = tasks_[task].asked<tasks::Pop>().into;
                if (into.size() != shape.slot_bytes) throw std::logic_error{"pops not one slot"};
                std::ranges::copy(channel.slots.front(), into.begin());
                channel.slots.pop_front();
                go_on(task, static_cast<std::int64_t>(into.size()));
            } else if (channel.closed && !channel.popping.empty()) {
                go_on(take_first(channel.popping), 0);
            } else {
                return;
            }
        }
    }

    bool wake_sleeper() {
        if (sleeping_.empty()) return false;
        const std::size_t first = sleeping_.extract(sleeping_.begin()).mapped();
        go_on(first, 0);
        return true;
    }
    void break_deadlock() {
        ++deadlocks_;
        std::vector<std::deque<std::size_t>*> all;
        for (auto& waiting : awaiting_) all.push_back(&waiting);
        for (Semaphore& semaphore : semaphores_) all.push_back(&semaphore.waiting);
        for (Channel& channel : channels_) {
            all.push_back(&channel.pushing);
            all.push_back(&channel.popping);
        }
        for (auto* const waiting : all) {
            while (!waiting->empty()) go_on(take_first(*waiting), -EDEADLK);
        }
    }
    // Throws std::out_of_range if the job has not demanded it.
    template <class Element>
    static Element& at(std::vector<Element>& all, int number) {
        return all.at(static_cast<std::size_t>(number));
    }

    std::mt19937 order_;
    tasks::Demand demand_;
    std::vector<Script> tasks_;
    std::vector<std::size_t> ready_;
    std::vector<std::uint32_t> announced_;
    std::vector<std::deque<std::size_t>> awaiting_;
    std::vector<Semaphore> semaphores_;
    std::vector<Channel> channels_;
    std::multimap<sys::TimePoint, std::size_t> sleeping_;
    std::size_t operations_ = 0;
    int deadlocks_ = 0;
};

}  // namespace workloads
