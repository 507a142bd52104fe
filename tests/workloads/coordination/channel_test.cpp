#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "coordination_driver.h"
#include "script.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

using Slot = CoordinationDriver::Slot;
using Slots = std::deque<Slot>;

constexpr std::size_t windows_count = 2;

struct Shape {
    std::int64_t producers = 2;
    std::int64_t consumers = 2;
    std::int64_t slots = 2;
    std::int64_t items = 20;
    std::int64_t item_bytes = 24;

    [[nodiscard]] std::size_t tasks() const { return static_cast<std::size_t>(producers + consumers); }
};

std::unique_ptr<Workload> make(const Shape& shape) {
    auto channel = find("channel").make({{"producers", shape.producers},
                                         {"consumers", shape.consumers},
                                         {"slots", shape.slots},
                                         {"item_bytes", shape.item_bytes},
                                         {"items", shape.items}},
                                        {});
    channel->windows()->plan(windows_count, nullptr);
    channel->begin();
    return channel;
}

// Runs one producer and one consumer with a channel that keeps items in this way. Returns the verdict's reason.
std::string reason_with(std::function<void(Slots&, Slot)> store) {
    const auto channel = make({.producers = 1, .consumers = 1});
    CoordinationDriver driver{*channel};
    driver.store = std::move(store);
    tasks::Ledger ledger{channel->size()};
    driver.run(ledger);
    return channel->verify(ledger).reason;
}

// In the first round there are one item and the marker; the other items follow.
constexpr int in_window = 3;

class ChannelShapes : public testing::TestWithParam<Shape> {};

TEST_P(ChannelShapes, PassEachItemOnceInEveryOrderOfTasks) {
    const auto channel = make(GetParam());
    const auto items = static_cast<std::uint64_t>(GetParam().items);
    for (unsigned seed = 0; seed < 20; ++seed) {
        channel->begin();
        tasks::Ledger ledger{channel->size()};
        CoordinationDriver driver{*channel, seed};
        driver.run(ledger);
        ASSERT_EQ(channel->verify(ledger).reason, "") << "seed " << seed;
        EXPECT_EQ(driver.deadlocks(), 0);
        EXPECT_EQ((*channel->windows())[0].work.units, items);
        EXPECT_EQ(channel->work().units, windows_count * items);
        EXPECT_EQ(channel->work().bytes, windows_count * items * static_cast<std::uint64_t>(GetParam().item_bytes));
    }
}

INSTANTIATE_TEST_SUITE_P(All, ChannelShapes,
                         testing::Values(Shape{.producers = 1, .consumers = 1, .slots = 1}, Shape{},
                                         Shape{.producers = 4, .consumers = 4, .slots = 16, .items = 101},
                                         // More markers than slots, and producers without a reserved item.
                                         Shape{.producers = 2, .consumers = 5, .slots = 1},
                                         Shape{.producers = 5, .consumers = 2, .slots = 3},
                                         // All items are reserved, and none is drawn.
                                         Shape{.producers = 2, .consumers = 3, .items = 3},
                                         // Nothing to fill, and a part of a word.
                                         Shape{.item_bytes = 16}, Shape{.item_bytes = 21}));

TEST(Channel, EndsWithTheFirstErrorWhateverFails) {
    const auto channel = make({.producers = 2, .consumers = 2, .items = 5});
    std::size_t failing = 0;
    for (;; ++failing) {
        channel->begin();
        tasks::Ledger ledger{channel->size()};
        CoordinationDriver driver{*channel, static_cast<unsigned>(failing)};
        driver.failing_operation = failing;
        driver.run(ledger);
        EXPECT_EQ(driver.deadlocks(), 0) << "nobody waits for ever, operation " << failing;
        if (driver.operations() <= failing) break;
        EXPECT_EQ(ledger.failures(), 1U) << "operation " << failing;
        EXPECT_EQ(ledger.first_error(), -EIO);
        EXPECT_FALSE(channel->verify(ledger));
    }
    EXPECT_GT(failing, 4U * 5) << "a push and a pop for each item of two windows";
}

TEST(Channel, EndsIfTheModelFindsADeadlock) {
    const auto channel = make({});
    Script consumer{channel->make(0)};
    consumer.answer(-EDEADLK);
    EXPECT_TRUE(consumer.asks<tasks::Close>());
    consumer.answer(0);
    EXPECT_TRUE(consumer.asks<tasks::Announce>()) << "those that rest at a gate go on";
    consumer.answer(0);
    EXPECT_EQ(consumer.asked<tasks::Finish>().error, -EDEADLK);
}

TEST(Channel, NoticesThatItIsClosedTooEarly) {
    const auto channel = make({});
    Script consumer{channel->make(0)};
    consumer.answer(0);
    consumer.answer(0);
    consumer.answer(0);
    EXPECT_EQ(consumer.asked<tasks::Finish>().error, -EPIPE);
}

TEST(Channel, NoticesAShortItem) {
    const auto channel = make({});
    Script consumer{channel->make(0)};
    consumer.answer(16);
    consumer.answer(0);
    consumer.answer(0);
    EXPECT_EQ(consumer.asked<tasks::Finish>().error, -EMSGSIZE);
}

TEST(Channel, NoticesAnUnknownProducer) {
    const auto larger = make({.producers = 4});
    const auto smaller = make({.producers = 2});
    // The fourth producer has no reserved item, so it draws one in an open window.
    larger->windows()->turn();
    Script consumer{smaller->make(0)};
    Script producer{larger->make(2 + 3)};
    std::ranges::copy(producer.asked<tasks::Push>().bytes, consumer.asked<tasks::Pop>().into.begin());
    consumer.answer(24);
    consumer.answer(0);
    consumer.answer(0);
    EXPECT_EQ(consumer.asked<tasks::Finish>().error, -EBADMSG);
}

TEST(Channel, NoticesADamagedItem) {
    for (const std::size_t damaged : {std::size_t{0}, std::size_t{8}, std::size_t{23}}) {
        int number = 0;
        const std::string reason = reason_with([&](Slots& slots, Slot slot) {
            if (++number == in_window) slot[damaged] ^= std::byte{1};
            slots.push_back(std::move(slot));
        });
        EXPECT_EQ(reason, "1 tasks failed, the first with: " + sys::error_text(EBADMSG)) << "byte " << damaged;
    }
}

TEST(Channel, NoticesTwoItemsInTheWrongOrder) {
    int number = 0;
    Slot held;
    const std::string reason = reason_with([&](Slots& slots, Slot slot) {
        if (++number == in_window) {
            held = slot;
            return;
        }
        slots.push_back(std::move(slot));
        if (number == in_window + 1) slots.push_back(held);
    });
    EXPECT_EQ(reason, "1 tasks failed, the first with: " + sys::error_text(EPROTO));
}

TEST(Channel, NoticesAnItemThatComesTwice) {
    int number = 0;
    const std::string reason = reason_with([&](Slots& slots, Slot slot) {
        if (++number == in_window) slots.push_back(slot);
        slots.push_back(std::move(slot));
    });
    EXPECT_EQ(reason, "1 tasks failed, the first with: " + sys::error_text(EPROTO));
}

TEST(Channel, NoticesALostItem) {
    int number = 0;
    const std::string reason = reason_with([&](Slots& slots, Slot slot) {
        if (++number != in_window) slots.push_back(std::move(slot));
    });
    EXPECT_EQ(reason, "41 items were pushed, and 40 popped");
}

TEST(Channel, NoticesWrongDigests) {
    const Shape shape;
    const auto channel = make(shape);
    tasks::Ledger ledger{shape.tasks()};
    CoordinationDriver{*channel}.run(ledger);
    ASSERT_EQ(channel->verify(ledger).reason, "");
    const auto reason_if_wrong = [&](std::size_t wrong) {
        tasks::Ledger changed{shape.tasks()};
        for (std::size_t index = 0; index < shape.tasks(); ++index) {
            changed.finish(tasks::root(index), {ledger.digest(index) + (index == wrong ? 1 : 0)});
        }
        return channel->verify(changed).reason;
    };
    EXPECT_EQ(reason_if_wrong(1), "the popped items are not those that were pushed");
    EXPECT_EQ(reason_if_wrong(3), "wrong digest from task 3");
}

TEST(Channel, IsInvalidIfNoWindowOpened) {
    const auto channel = make({.producers = 1, .consumers = 1});
    tasks::Ledger ledger{2};
    ledger.finish(tasks::root(0), {0});
    ledger.finish(tasks::root(1), {tasks::mix(0, 0)});
    EXPECT_EQ(channel->verify(ledger).reason,
              "1 of 1 consumers got no answer in the first round, before the window opens");
}

TEST(Channel, AsksForAllTasksTogetherAndOneChannel) {
    const tasks::Demand demand = make({.producers = 3, .consumers = 2, .slots = 7})->demand();
    EXPECT_EQ(demand.tasks_at_once, 5U);
    EXPECT_EQ(demand.together, 5U);
    EXPECT_EQ(demand.together_in_calls, 1U);
    EXPECT_EQ(demand.events, 1U);
    ASSERT_EQ(demand.channels.size(), 1U);
    EXPECT_EQ(demand.channels[0].slots, 7U);
    EXPECT_EQ(demand.channels[0].slot_bytes, 24U);
    EXPECT_TRUE(demand.semaphores.empty());
}

TEST(Channel, RefusesFewerItemsThanConsumers) {
    const Entry& entry = find("channel");
    const auto check = [&](const char* text) {
        entry.check(tasks::complete(entry.parameters, tasks::parse_arguments(text)));
    };
    EXPECT_NO_THROW(check("consumers:100/items:100"));
    EXPECT_THROW(check("consumers:100/items:99"), std::invalid_argument);
}

}  // namespace
}  // namespace workloads
