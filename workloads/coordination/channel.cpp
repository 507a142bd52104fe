// CPU: producers push items into one bounded channel, and consumers pop them. What does it cost to hand a value from
// one task to another, and how much of it do more slots save? With one slot, every item is a meeting of two tasks; with
// many, a task runs until the channel is full or empty. The shape is that of C. A. R. Hoare, "Communicating sequential
// processes", 1978, and of the channels of Go.
//
// It is timed in windows, whose participants are the consumers. In each round (a window, or the first round before it)
// the producers push one reserved item for each consumer, and all items that they draw from the quota. The last
// producer then pushes one marker for each consumer. A channel keeps the order, so every item is popped before the
// markers. A consumer that pops a marker rests until the next gate, so each consumer takes one. After the last window,
// the last producer closes the channel, and the consumers end.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "sys/shared_memory.h"
#include "tasks/block.h"
#include "workloads/coordination/gated_task.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr int channel = 0;

struct ChannelArguments {
    explicit ChannelArguments(const tasks::Arguments& arguments)
        : producers{arguments.count("producers")},
          consumers{arguments.count("consumers")},
          slots{static_cast<std::uint32_t>(arguments.count("slots"))},
          item_bytes{static_cast<std::uint32_t>(arguments.count("item_bytes"))},
          items{arguments.count("items")} {}
    [[nodiscard]] std::size_t tasks() const noexcept { return consumers + producers; }

    std::size_t producers;
    std::size_t consumers;
    std::uint32_t slots;
    std::uint32_t item_bytes;
    std::uint64_t items;  // of a window
};

// The beginning of an item. The rest is filled with copies of its digest.
struct ItemHead {
    std::uint64_t producer;  // the number of producers: this is a marker
    std::uint64_t sequence;  // counts the items of this producer from 0

    [[nodiscard]] std::uint64_t digest() const noexcept { return tasks::mix(producer, sequence); }
};

void write_item(std::span<std::byte> item, const ItemHead& head) {
    std::memcpy(item.data(), &head, sizeof head);
    const std::uint64_t digest = head.digest();
    for (std::size_t at = sizeof head; at < item.size(); at += sizeof digest) {
        std::memcpy(&item[at], &digest, std::min(item.size() - at, sizeof digest));
    }
}

bool is_filled_with(std::span<const std::byte> item, std::uint64_t digest) {
    for (std::size_t at = sizeof(ItemHead); at < item.size(); at += sizeof digest) {
        if (std::memcmp(&item[at], &digest, std::min(item.size() - at, sizeof digest)) != 0) return false;
    }
    return true;
}

// Shared by the tasks of all processes.
struct ChannelBoard {
    std::atomic<std::size_t> producers_left;  // that have further items in this round
};

template <class Self>
class ChannelTask : public GatedTask<Self> {
protected:
    using GatedTask<Self>::GatedTask;

    // The first task that fails reports the error. It closes the channel, so that no other task waits there for ever;
    // those fail too, or find the end of the channel, and end without an error of their own.
    [[nodiscard]] tasks::Operation stop(tasks::Result result) {
        if (this->windows().has_failed()) return tasks::Finish{0};
        (void)this->windows().fail();
        cause_ = result;
        return this->then(&ChannelTask::stopped, tasks::Close{channel});
    }

private:
    tasks::Operation stopped(tasks::Result) { return this->fail(cause_); }

    tasks::Result cause_;
};

class Producer final : public ChannelTask<Producer> {
public:
    Producer(std::size_t producer, const ChannelArguments& arguments, Windows& windows, ChannelBoard& board,
             std::uint64_t& pushed)
        : ChannelTask{&Producer::started, windows},
          producer_{producer},
          arguments_{arguments},
          board_{board},
          pushed_{pushed},
          item_(arguments.item_bytes) {}

private:
    tasks::Operation started(tasks::Result) { return begin_round(); }
    tasks::Operation item_pushed(tasks::Result result) { return result.failed() ? stop(result) : push_item(); }
    tasks::Operation marker_pushed(tasks::Result result) { return result.failed() ? stop(result) : push_marker(); }
    tasks::Operation gate_turned(tasks::Result result) {
        if (result.failed()) return stop(result);
        return windows().is_open() ? begin_round() : end();
    }
    tasks::Operation closed(tasks::Result result) { return result.failed() ? stop(result) : finish(); }

    tasks::Operation begin_round() {
        const tasks::Block reserved = tasks::block_of(arguments_.consumers, producer_, arguments_.producers);
        reserved_left_ = reserved.end - reserved.first;
        return push_item();
    }
    tasks::Operation push_item() {
        if (reserved_left_ > 0) {
            --reserved_left_;
        } else if (!windows().is_open() || !windows().draw()) {
            return leave_round();
        }
        write_item(item_, {.producer = producer_, .sequence = sequence_++});
        return then(&Producer::item_pushed, tasks::Push{channel, item_});
    }
    tasks::Operation leave_round() {
        // Read before this producer leaves: afterwards the gate may turn at any moment.
        gate_ = windows().turned();
        if (!leave_as_last()) return await_gate(gate_, &Producer::gate_turned);
        // No gate turns before the markers are pushed, so no producer of the next round can be here meanwhile.
        board_.producers_left.store(arguments_.producers, std::memory_order_release);
        markers_left_ = arguments_.consumers;
        write_item(item_, {.producer = arguments_.producers, .sequence = 0});
        return push_marker();
    }
    tasks::Operation push_marker() {
        if (markers_left_ == 0) return await_gate(gate_, &Producer::gate_turned);
        --markers_left_;
        return then(&Producer::marker_pushed, tasks::Push{channel, item_});
    }
    tasks::Operation end() { return leave_as_last() ? then(&Producer::closed, tasks::Close{channel}) : finish(); }
    tasks::Operation finish() {
        pushed_ = sequence_;
        return tasks::Finish{tasks::mix(producer_, sequence_)};
    }
    [[nodiscard]] bool leave_as_last() { return board_.producers_left.fetch_sub(1, std::memory_order_acq_rel) == 1; }

    std::size_t producer_;
    const ChannelArguments& arguments_;
    ChannelBoard& board_;
    std::uint64_t& pushed_;
    std::vector<std::byte> item_;
    std::uint64_t sequence_ = 0;
    std::size_t reserved_left_ = 0;
    std::size_t markers_left_ = 0;
    std::size_t gate_ = 0;
};

class Consumer final : public ChannelTask<Consumer> {
public:
    Consumer(std::size_t consumer, const ChannelArguments& arguments, Windows& windows)
        : ChannelTask{&Consumer::ready, windows},
          consumer_{consumer},
          item_(arguments.item_bytes),
          least_sequences_(arguments.producers) {}

private:
    // At the start, and after each gate. After the last one the channel is empty, and ends when it is closed.
    tasks::Operation ready(tasks::Result result) { return result.failed() ? stop(result) : pop(); }
    tasks::Operation popped(tasks::Result result) {
        if (result.failed()) return stop(result);
        if (result.bytes() == 0) return windows().has_ended() ? tasks::Finish{digest_} : stop({-EPIPE});
        if (result.bytes() != item_.size()) return stop({-EMSGSIZE});
        ItemHead head{};
        std::memcpy(&head, item_.data(), sizeof head);
        const std::uint64_t digest = head.digest();
        if (!is_filled_with(item_, digest)) return stop({-EBADMSG});
        if (head.producer == least_sequences_.size()) return rest(&Consumer::ready);
        return head.producer < least_sequences_.size() ? consume(head, digest) : stop({-EBADMSG});
    }

    tasks::Operation consume(const ItemHead& head, std::uint64_t digest) {
        // Other consumers take items of the same producer, so there are gaps.
        std::uint64_t& least = least_sequences_[head.producer];
        if (head.sequence < least) return stop({-EPROTO});
        least = head.sequence + 1;
        digest_ += digest;
        windows().done(consumer_, item_.size());
        return pop();
    }
    tasks::Operation pop() { return then(&Consumer::popped, tasks::Pop{channel, item_}); }

    std::size_t consumer_;
    std::vector<std::byte> item_;
    std::vector<std::uint64_t> least_sequences_;  // by producer: what its next item may have
    // A sum, because it is not fixed which consumer gets which items.
    std::uint64_t digest_ = 0;
};

class Channel final : public Workload {
public:
    explicit Channel(const tasks::Arguments& arguments)
        : arguments_{arguments}, windows_{arguments_.consumers, arguments_.items}, pushed_{arguments_.producers} {}

    // Consumers come first, so that they wait already when the first item comes.
    std::size_t size() const override { return arguments_.tasks(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index < arguments_.consumers) return std::make_unique<Consumer>(index, arguments_, windows_);
        const std::size_t producer = index - arguments_.consumers;
        return std::make_unique<Producer>(producer, arguments_, windows_, *board_, pushed_[producer]);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size(),
                .together = size(),
                .events = 1,
                .channels = {{.slots = arguments_.slots, .slot_bytes = arguments_.item_bytes}}};
    }
    void begin() override {
        windows_.begin();
        board_->producers_left.store(arguments_.producers, std::memory_order_relaxed);
        for (std::uint64_t& pushed : pushed_) pushed = 0;
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        // A consumer's digest is checked with those of all others.
        const auto expected = [&](std::size_t index) {
            if (index < arguments_.consumers) return ledger.digest(index);
            const std::size_t producer = index - arguments_.consumers;
            return tasks::mix(producer, pushed_[producer]);
        };
        if (Verdict digests = verify_digests(ledger, expected); !digests) return digests;
        if (Verdict windows = windows_.verify("consumers"); !windows) return windows;
        return verify_items(ledger);
    }
    Work work() const override { return windows_.work(); }
    Windows* windows() const override { return &windows_; }

private:
    // Every item was popped once.
    [[nodiscard]] Verdict verify_items(const tasks::Ledger& ledger) const {
        const std::uint64_t pushed = std::accumulate(pushed_.begin(), pushed_.end(), std::uint64_t{0});
        if (pushed != windows_.progress()) {
            return Verdict::invalid(std::to_string(pushed) + " items were pushed, and " +
                                    std::to_string(windows_.progress()) + " popped");
        }
        std::uint64_t difference = 0;
        for (std::size_t consumer = 0; consumer < arguments_.consumers; ++consumer) {
            difference += ledger.digest(consumer);
        }
        for (std::size_t producer = 0; producer < arguments_.producers; ++producer) {
            for (std::uint64_t sequence = 0; sequence < pushed_[producer]; ++sequence) {
                difference -= ItemHead{producer, sequence}.digest();
            }
        }
        return difference == 0 ? Verdict::valid() : Verdict::invalid("the popped items are not those that were pushed");
    }

    ChannelArguments arguments_;
    // In shared memory; tasks write it.
    mutable Windows windows_;
    sys::Shared<ChannelBoard> board_;
    sys::SharedArray<std::uint64_t> pushed_;  // in the run, by producer; each writes its own
};

constexpr tasks::Parameter parameters[] = {
    {"producers", 4, 1, 100'000, "tasks that push items"},
    {"consumers", 4, 1, 100'000, "tasks that pop them"},
    {"slots", 16, 1, 1'000'000, "items that the channel holds at most"},
    {"item_bytes", 64, sizeof(ItemHead), 4'096, "size of an item"},
    {"items", 20'000, 1, 1'000'000'000, "items of all producers together in each window"},
};
constexpr Point points[] = {
    {"producers:1/consumers:1/slots:1", 1},
    {"producers:4/consumers:4/slots:16", 1},
    {"producers:4/consumers:4/slots:1024", 1},
    {"producers:16/consumers:1/slots:16", 1},
};

}  // namespace

extern constinit const Entry channel_entry{
    .name = "channel",
    .group = Group::cpu,
    .unit = "item",
    .summary = "producers and consumers with a bounded channel between them",
    .parameters = parameters,
    .points = points,
    .smoke = "producers:2/consumers:2/slots:2/items:20",
    .make = make_workload<Channel>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "items", "consumers"); },
    .kept_open = [](const tasks::Arguments& arguments) { return ChannelArguments{arguments}.tasks(); },
    .kept_open_are = "tasks",
    .kept_in_calls = [](const tasks::Arguments&) -> std::size_t { return 0; },
    // A fast consumer may leave nothing to another.
    .serves_all = false,
};

}  // namespace workloads
