#include "workloads/coordination/crawl.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <set>
#include <string>
#include <utility>

#include "coordination_driver.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t pages = 5;
constexpr std::size_t at_once = 2;
constexpr CrawlWay ways[] = {CrawlWay::collect_all, CrawlWay::in_the_task, CrawlWay::as_they_come};

std::unique_ptr<Workload> make(CrawlWay way) {
    auto crawl = find("crawl").make({{"way", static_cast<std::int64_t>(way)},
                                     {"pages", static_cast<std::int64_t>(pages)},
                                     {"at_once", static_cast<std::int64_t>(at_once)},
                                     {"unit_us", 1'000}},
                                    {});
    crawl->begin();
    return crawl;
}

// By way.
using Makespans = std::array<std::int64_t, 3>;

Makespans makespans(std::size_t page_count, std::size_t permits) {
    Makespans all{};
    for (const CrawlWay way : ways) {
        all[static_cast<std::size_t>(way)] = crawl_makespan_units(way, page_count, permits);
    }
    return all;
}

TEST(CrawlMakespan, IsWhatTheCommentSays) {
    EXPECT_EQ(makespans(10, 4), (Makespans{25, 8, 20}));
    std::int64_t one_after_another = 0;
    for (std::size_t page = 0; page < 10; ++page) one_after_another += page_units(page).fetch + page_units(page).parse;
    EXPECT_EQ(one_after_another, 38);
}

TEST(CrawlMakespan, IsRightInCasesComputedByHand) {
    EXPECT_EQ(makespans(1, 1), (Makespans{2, 2, 2}));
    // Three pages take 1, 2 and 3 to fetch, and as long to parse. One at once: they come at 1, 3 and 6.
    EXPECT_EQ(makespans(3, 1), (Makespans{12, 9, 9}));
    // All at once: they come at 1, 2 and 3.
    EXPECT_EQ(makespans(3, 3), (Makespans{9, 6, 7}));
    EXPECT_EQ(makespans(3, 100), (Makespans{9, 6, 7}));
    // Two at once: the third begins when the first has come, at 1, and comes at 4.
    EXPECT_EQ(makespans(3, 2), (Makespans{10, 7, 7}));
}

TEST(CrawlPages, AreAllPairsOfOneToThree) {
    std::set<std::pair<std::int64_t, std::int64_t>> pairs;
    for (std::size_t page = 0; page < 9; ++page) {
        const auto [fetch, parse] = page_units(page);
        for (const std::int64_t units : {fetch, parse}) EXPECT_TRUE(units >= 1 && units <= 3) << "page " << page;
        EXPECT_TRUE(pairs.emplace(fetch, parse).second) << "page " << page;
    }
}

class CrawlWays : public testing::TestWithParam<CrawlWay> {
protected:
    [[nodiscard]] bool has_collector() const { return GetParam() != CrawlWay::in_the_task; }

    std::unique_ptr<Workload> crawl_ = make(GetParam());
    tasks::Ledger ledger_{crawl_->size()};
};

TEST_P(CrawlWays, AreValidInEveryOrderOfTasks) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        crawl_->begin();
        ledger_.clear();
        CoordinationDriver driver{*crawl_, seed};
        // The order of the pages does not matter either.
        if (seed % 2 == 1) {
            driver.store = [](auto& slots, auto slot) { slots.push_front(std::move(slot)); };
        }
        driver.run(ledger_);
        ASSERT_EQ(crawl_->verify(ledger_).reason, "") << "seed " << seed;
        EXPECT_EQ(driver.deadlocks(), 0);
    }
    EXPECT_EQ(crawl_->work().units, pages);
}

TEST_P(CrawlWays, NoticeMorePagesAtOnceThanAllowed) {
    CoordinationDriver driver{*crawl_};
    driver.extra_permits = 1;
    driver.run(ledger_);
    EXPECT_EQ(crawl_->verify(ledger_).reason, "3 pages were fetched at the same time, and 2 are allowed");
}

TEST_P(CrawlWays, NoticeAWrongDigest) {
    CoordinationDriver{*crawl_}.run(ledger_);
    for (std::size_t wrong = 0; wrong < crawl_->size(); ++wrong) {
        tasks::Ledger changed{crawl_->size()};
        for (std::size_t index = 0; index < crawl_->size(); ++index) {
            changed.finish(tasks::root(index), {ledger_.digest(index) + (index == wrong ? 1 : 0)});
        }
        EXPECT_EQ(crawl_->verify(changed).reason, "wrong digest from task " + std::to_string(wrong));
    }
}

TEST_P(CrawlWays, EndWithTheErrorOfAnyStepOfAPage) {
    const auto answer = [](Script& page, int) { page.answer(0); };
    // Acquire, fetch, Release; then parse or Push.
    EXPECT_EQ(fail_each_step([&] { return crawl_->make(0); }, answer, EINTR), 4);
}

TEST_P(CrawlWays, EndWithTheFirstErrorWhateverFails) {
    // Others may wait in vain for a task that has failed; the model finds that.
    std::size_t failing = 0;
    for (;; ++failing) {
        crawl_->begin();
        ledger_.clear();
        CoordinationDriver driver{*crawl_, static_cast<unsigned>(failing)};
        driver.failing_operation = failing;
        driver.run(ledger_);
        if (driver.operations() <= failing) break;
        EXPECT_EQ(ledger_.first_error(), -EIO) << "operation " << failing;
        EXPECT_FALSE(crawl_->verify(ledger_));
    }
    EXPECT_GE(failing, 4 * pages);
}

TEST_P(CrawlWays, SleepAsLongAsThePageTakes) {
    constexpr std::size_t page_number = 1;
    const auto [fetch, parse] = page_units(page_number);
    Script page{crawl_->make(page_number)};
    const auto expect_sleep = [](Script& task, sys::TimePoint before, std::int64_t units) {
        const std::chrono::milliseconds length{units};
        EXPECT_GE(task.asked<tasks::Sleep>().until, before + length);
        EXPECT_LE(task.asked<tasks::Sleep>().until, sys::now() + length);
    };
    sys::TimePoint before = sys::now();
    page.answer(0);
    expect_sleep(page, before, fetch);
    page.answer(0);
    EXPECT_TRUE(page.asks<tasks::Release>()) << "the next page is fetched while this one is parsed";
    before = sys::now();
    page.answer(0);
    if (!has_collector()) return expect_sleep(page, before, parse);

    Script collector{crawl_->make(pages)};
    const std::size_t pops = GetParam() == CrawlWay::as_they_come ? 1 : pages;
    for (std::size_t pop = 0; pop < pops; ++pop) {
        std::ranges::copy(page.asked<tasks::Push>().bytes, collector.asked<tasks::Pop>().into.begin());
        before = sys::now();
        collector.answer(sizeof(std::uint64_t));
    }
    expect_sleep(collector, before, parse);
}

TEST_P(CrawlWays, AskForWhatTheyNeed) {
    const tasks::Demand demand = crawl_->demand();
    EXPECT_EQ(demand.tasks_at_once, crawl_->size());
    EXPECT_EQ(crawl_->size(), pages + (has_collector() ? 1 : 0));
    EXPECT_TRUE(demand.sleeps);
    EXPECT_EQ(demand.together, has_collector() ? 2U : 1U);
    ASSERT_EQ(demand.semaphores.size(), 1U);
    EXPECT_EQ(demand.semaphores[0].permits, at_once);
    ASSERT_EQ(demand.channels.size(), has_collector() ? 1U : 0U);
    if (has_collector()) {
        EXPECT_EQ(demand.channels[0].slots, pages);
    }
}

INSTANTIATE_TEST_SUITE_P(All, CrawlWays, testing::ValuesIn(ways), [](const auto& way) {
    return std::string{way.param == CrawlWay::collect_all   ? "CollectAll"
                       : way.param == CrawlWay::in_the_task ? "InTheTask"
                                                            : "AsTheyCome"};
});

// Only the ways that have a collector.
class CrawlCollector : public testing::TestWithParam<CrawlWay> {
protected:
    static void hand_over(Script& collector, std::uint64_t page) {
        std::ranges::copy(std::as_bytes(std::span{&page, 1}), collector.asked<tasks::Pop>().into.begin());
        collector.answer(sizeof page);
    }
    std::unique_ptr<Workload> crawl_ = make(GetParam());
};

TEST_P(CrawlCollector, EndsWithTheErrorOfAnyStep) {
    std::uint64_t next = 0;
    const auto make_collector = [&] {
        next = 0;
        return crawl_->make(pages);
    };
    const auto answer = [&](Script& collector, int) {
        collector.asks<tasks::Pop>() ? hand_over(collector, next++) : collector.answer(0);
    };
    EXPECT_EQ(fail_each_step(make_collector, answer, EDEADLK), static_cast<int>(2 * pages));
}

TEST_P(CrawlCollector, RefusesWhatIsNoPage) {
    Script unknown{crawl_->make(pages)};
    hand_over(unknown, pages);
    EXPECT_EQ(unknown.asked<tasks::Finish>().error, -EBADMSG);
    Script closed{crawl_->make(pages)};
    closed.answer(0);
    EXPECT_EQ(closed.asked<tasks::Finish>().error, -EBADMSG);
}

TEST_P(CrawlCollector, NoticesAPageThatComesTwiceInPlaceOfAnother) {
    tasks::Ledger ledger{crawl_->size()};
    CoordinationDriver driver{*crawl_};
    CoordinationDriver::Slot first;
    driver.store = [&](auto& slots, auto slot) {
        if (first.empty()) first = slot;
        slots.push_back(first);
    };
    driver.run(ledger);
    EXPECT_EQ(crawl_->verify(ledger).reason, "wrong digest from task " + std::to_string(pages));
}

INSTANTIATE_TEST_SUITE_P(All, CrawlCollector, testing::Values(CrawlWay::collect_all, CrawlWay::as_they_come),
                         [](const auto& way) {
                             return std::string{way.param == CrawlWay::collect_all ? "CollectAll" : "AsTheyCome"};
                         });

}  // namespace
}  // namespace workloads
