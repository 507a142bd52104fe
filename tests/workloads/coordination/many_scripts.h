#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sys/clock.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/operation.h"
#include "tasks/task.h"
#include "workloads/windows.h"

namespace workloads {

// Plays the model of all root tasks of a job, in one thread. It knows the operations by which tasks wait for one
// another, and Compute, Sleep and Yield. Time does not pass: when no other task can go on, the one whose sleep ends
// first does. It is for one run.
//
// To resume a task with a result, and to perform the operation that it asks for next, are two moves. Other tasks may
// move between them, as in other models.
class ManyScripts {
public:
    explicit ManyScripts(const tasks::Job& job) : job_{job}, players_(job.size()) {
        const tasks::Demand demand = job.demand();
        events_.resize(demand.events);
        for (const tasks::SemaphoreShape& shape : demand.semaphores)
            semaphores_.push_back({shape.permits, shape.most, {}});
        for (const tasks::ChannelShape& shape : demand.channels) channels_.push_back({shape, {}, {}, {}});
        for (std::size_t index = 0; index < players_.size(); ++index) ready_.push_back(index);
    }

    // The tasks that can go on do so in a random order. Otherwise they take turns.
    void shuffle(unsigned seed) { random_.emplace(seed); }
    // A mistake of the model: Acquire never waits.
    void break_semaphores() { semaphores_work_ = false; }
    // Operation `number` of the run, from 0, is not performed, and ends with this errno. A Compute cannot fail.
    void fail_operation(std::size_t number, int error) {
        failing_ = number;
        error_ = error;
    }

    // Plays until all tasks have finished. If all that are left wait for one another, their operations end with
    // -EDEADLK. A task whose operation failed must finish with that error; it may announce an event first.
    void play() {
        while (finished_ < players_.size()) {
            if (!ready_.empty()) {
                move(take_ready());
            } else if (!sleeping_.empty()) {
                end(sleeping_.extract(sleeping_.begin()).mapped(), 0);
            } else {
                end_deadlock();
            }
        }
    }
    // How many operations the tasks asked for, without Finish.
    [[nodiscard]] std::size_t operations() const noexcept { return operations_; }
    // Play() met a deadlock.
    [[nodiscard]] bool was_deadlocked() const noexcept { return deadlocked_; }
    // The ends of the tasks, by index. Only after play().
    [[nodiscard]] const tasks::Finish& finish(std::size_t index) const { return *players_[index].finish; }
    void enter_into(tasks::Ledger& ledger) const {
        ledger.clear();
        for (std::size_t index = 0; index < players_.size(); ++index) ledger.finish(tasks::root(index), finish(index));
    }

private:
    struct Player {
        std::unique_ptr<tasks::Task> task;
        tasks::Operation asked;
        std::optional<tasks::Result> result = tasks::Result{0};  // with which it is resumed next
        int must_end_with = 0;                                   // an operation failed with this negative errno
        std::optional<tasks::Finish> finish;
    };
    struct Event {
        std::uint32_t announced = 0;
        std::vector<std::pair<std::size_t, std::uint32_t>> waiting;  // who, and for how many times
    };
    struct Semaphore {
        std::uint32_t permits;
        std::uint32_t most;
        std::deque<std::size_t> waiting;
    };
    struct Channel {
        tasks::ChannelShape shape;
        std::deque<std::vector<std::byte>> items;
        std::deque<std::size_t> pushing;
        std::deque<std::size_t> popping;
        bool closed = false;
    };
    // The result of an operation; nullopt if the task has to wait for it.
    using Outcome = std::optional<std::int64_t>;

    std::size_t take_ready() {
        if (random_) std::swap(ready_.front(), ready_[(*random_)() % ready_.size()]);
        return take_first(ready_);
    }
    static std::size_t take_first(std::deque<std::size_t>& waiting) {
        const std::size_t first = waiting.front();
        waiting.pop_front();
        return first;
    }

    void move(std::size_t index) {
        Player& player = players_[index];
        if (!player.result) return perform(index);
        if (!player.task) player.task = job_.make(index);
        player.asked = player.task->resume(*std::exchange(player.result, std::nullopt));
        if (player.must_end_with != 0 && !std::holds_alternative<tasks::Announce>(player.asked)) {
            EXPECT_TRUE(std::holds_alternative<tasks::Finish>(player.asked)) << "the task goes on after a failure";
        }
        ready_.push_back(index);
    }
    void perform(std::size_t index) {
        Player& player = players_[index];
        if (const auto* const finish = std::get_if<tasks::Finish>(&player.asked)) {
            if (player.must_end_with != 0) {
                EXPECT_EQ(finish->error, player.must_end_with);
            }
            player.finish = *finish;
            ++finished_;
            return;
        }
        const bool fails = failing_ == operations_++ && !std::holds_alternative<tasks::Compute>(player.asked);
        if (fails) return end_with_failure(index, error_);
        const Outcome outcome =
            std::visit([&](const auto& operation) { return outcome_of(index, operation); }, player.asked);
        if (outcome) end(index, *outcome);
    }
    void end(std::size_t index, std::int64_t value) {
        players_[index].result = tasks::Result{value};
        ready_.push_back(index);
    }
    void end_with_failure(std::size_t index, int error) {
        players_[index].must_end_with = -error;
        end(index, -error);
    }
    void end_deadlock() {
        if (std::exchange(deadlocked_, true)) throw std::logic_error{"tasks wait again after a deadlock"};
        for (std::size_t index = 0; index < players_.size(); ++index) {
            if (!players_[index].finish) end_with_failure(index, EDEADLK);
        }
        for (Event& event : events_) event.waiting.clear();
        for (Semaphore& semaphore : semaphores_) semaphore.waiting.clear();
        for (Channel& channel : channels_) {
            channel.pushing.clear();
            channel.popping.clear();
        }
    }

    template <class Unknown>
    Outcome outcome_of(std::size_t /*index*/, const Unknown& /*operation*/) {
        throw std::logic_error{"ManyScripts does not know this operation"};
    }
    Outcome outcome_of(std::size_t index, const tasks::Compute& /*compute*/) {
        players_[index].task->compute();
        return 0;
    }
    Outcome outcome_of(std::size_t /*index*/, const tasks::Yield& /*yield*/) { return 0; }
    Outcome outcome_of(std::size_t index, const tasks::Sleep& sleep) {
        sleeping_.emplace(sleep.until, index);
        return std::nullopt;
    }
    Outcome outcome_of(std::size_t index, const tasks::Await& await) {
        Event& event = events_.at(static_cast<std::size_t>(await.event));
        EXPECT_LE(await.times, event.announced + 1) << "it awaits an event further ahead than it may";
        if (event.announced >= await.times) return 0;
        event.waiting.emplace_back(index, await.times);
        return std::nullopt;
    }
    Outcome outcome_of(std::size_t /*index*/, const tasks::Announce& announce) {
        Event& event = events_.at(static_cast<std::size_t>(announce.event));
        ++event.announced;
        std::erase_if(event.waiting, [&](const auto& waiting) {
            const bool happened = event.announced >= waiting.second;
            if (happened) end(waiting.first, 0);
            return happened;
        });
        return 0;
    }
    Outcome outcome_of(std::size_t index, const tasks::Acquire& acquire) {
        Semaphore& semaphore = semaphores_.at(static_cast<std::size_t>(acquire.semaphore));
        if (!semaphores_work_) return 0;
        if (semaphore.permits == 0) {
            semaphore.waiting.push_back(index);
            return std::nullopt;
        }
        --semaphore.permits;
        return 0;
    }
    Outcome outcome_of(std::size_t /*index*/, const tasks::Release& release) {
        Semaphore& semaphore = semaphores_.at(static_cast<std::size_t>(release.semaphore));
        if (!semaphores_work_) return 0;
        if (!semaphore.waiting.empty()) {
            end(take_first(semaphore.waiting), 0);
            return 0;
        }
        if (semaphore.permits == semaphore.most) return -EOVERFLOW;
        ++semaphore.permits;
        return 0;
    }
    Outcome outcome_of(std::size_t index, const tasks::Push& push) {
        Channel& channel = channels_.at(static_cast<std::size_t>(push.channel));
        EXPECT_EQ(push.bytes.size(), channel.shape.slot_bytes);
        channel.pushing.push_back(index);
        settle(channel);
        return std::nullopt;
    }
    Outcome outcome_of(std::size_t index, const tasks::Pop& pop) {
        Channel& channel = channels_.at(static_cast<std::size_t>(pop.channel));
        EXPECT_EQ(pop.into.size(), channel.shape.slot_bytes);
        channel.popping.push_back(index);
        settle(channel);
        return std::nullopt;
    }
    Outcome outcome_of(std::size_t /*index*/, const tasks::Close& close) {
        Channel& channel = channels_.at(static_cast<std::size_t>(close.channel));
        channel.closed = true;
        settle(channel);
        return 0;
    }
    // Ends each Push and Pop that can go on.
    void settle(Channel& channel) {
        for (bool moved = true; std::exchange(moved, false);) {
            if (!channel.pushing.empty() && (channel.closed || channel.items.size() < channel.shape.slots)) {
                const std::size_t index = take_first(channel.pushing);
                const auto bytes = std::get<tasks::Push>(players_[index].asked).bytes;
                if (!channel.closed) channel.items.emplace_back(bytes.begin(), bytes.end());
                end(index, channel.closed ? -EPIPE : static_cast<std::int64_t>(bytes.size()));
                moved = true;
            }
            if (!channel.popping.empty() && (channel.closed || !channel.items.empty())) {
                const std::size_t index = take_first(channel.popping);
                std::vector<std::byte> item;
                if (!channel.items.empty()) {
                    item = std::move(channel.items.front());
                    channel.items.pop_front();
                }
                std::ranges::copy(item, std::get<tasks::Pop>(players_[index].asked).into.begin());
                end(index, static_cast<std::int64_t>(item.size()));
                moved = true;
            }
        }
    }

    const tasks::Job& job_;
    std::vector<Player> players_;
    std::vector<Event> events_;
    std::vector<Semaphore> semaphores_;
    std::vector<Channel> channels_;
    std::deque<std::size_t> ready_;
    std::multimap<sys::TimePoint, std::size_t> sleeping_;
    std::optional<std::mt19937> random_;
    bool semaphores_work_ = true;
    std::optional<std::size_t> failing_;
    int error_ = 0;
    std::size_t operations_ = 0;
    std::size_t finished_ = 0;
    bool deadlocked_ = false;
};

// Orders windows with these quotas, all of them recorded.
class Quotas final : public Gatekeeper {
public:
    explicit Quotas(std::vector<std::uint64_t> quotas) : quotas_{std::move(quotas)} {}
    [[nodiscard]] std::size_t count() const noexcept { return quotas_.size(); }
    std::optional<NextWindow> at_gate(const Gate& gate) override {
        return gate.recorded < quotas_.size() ? std::optional{NextWindow{quotas_[gate.recorded]}} : std::nullopt;
    }

private:
    std::vector<std::uint64_t> quotas_;
};

}  // namespace workloads
