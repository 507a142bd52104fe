// I/O: a crawler fetches pages, and parses each. Who should parse: the task that fetched the page, or a collector that
// gets all pages? And should the collector wait until all have come? A semaphore limits how many pages are fetched at
// the same time. Fetching and parsing are sleeps of fixed lengths: they stand for a remote answer and for an analysis
// by somebody else. So the CPUs do not decide, and loops and threads can reach the same time.
//
// With 10 pages, 4 at once, a model that overlaps everything takes (in units; test: CrawlMakespan):
//
//   way 0  a collector, after all pages have come   25   the last page comes after 6, and parsing takes 19
//   way 1  each task parses its own page             8   the only way in which parsing overlaps with parsing
//   way 2  a collector, each page as it comes       20   the first page comes after 1, and parsing takes 19
//
// One task after another, each way takes 38. With only four workers whose tasks keep them while they sleep, way 1 takes
// at least 38 / 4.
//
// The idea is a comparison in Python with 4 processes, where the three ways took 6.93, 6.25 and 5.95 s. The durations
// there were random, a new draw for each way; single draws of that kind fall in this order about one time in six. That
// is why the durations are fixed here.
#include "workloads/coordination/crawl.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <queue>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr int fetch_permits = 0;  // the semaphore
constexpr int fetched_pages = 0;  // the channel; an item is the number of a page
using PageNumber = std::uint64_t;

struct CrawlArguments {
    explicit CrawlArguments(const tasks::Arguments& arguments)
        : way{arguments.at("way")},
          pages{arguments.count("pages")},
          at_once{arguments.count("at_once")},
          unit{arguments.at("unit_us")} {}
    [[nodiscard]] bool has_collector() const noexcept { return way != CrawlWay::in_the_task; }

    CrawlWay way;
    std::size_t pages;
    std::size_t at_once;
    std::chrono::microseconds unit;
};

// Shared by the tasks of all processes.
struct CrawlBoard {
    std::atomic<std::size_t> fetching;  // pages that are fetched at this moment
    std::atomic<std::size_t> most;      // of these, in the run
};

// A task that fails ends alone. If others wait for it, the model finds that none of them can go on.
class PageTask final : public tasks::SteppedTask<PageTask> {
public:
    PageTask(PageNumber page, const CrawlArguments& arguments, CrawlBoard& board)
        : SteppedTask{&PageTask::started}, page_{page}, arguments_{arguments}, board_{board} {}

private:
    tasks::Operation started(tasks::Result) { return then(&PageTask::allowed, tasks::Acquire{fetch_permits}); }
    tasks::Operation allowed(tasks::Result result) {
        if (result.failed()) return give_up(result);
        const std::size_t now_fetching = board_.fetching.fetch_add(1, std::memory_order_relaxed) + 1;
        std::size_t most = board_.most.load(std::memory_order_relaxed);
        while (now_fetching > most &&
               !board_.most.compare_exchange_weak(most, now_fetching, std::memory_order_relaxed)) {
        }
        return sleep(&PageTask::fetched, page_units(page_).fetch);
    }
    tasks::Operation fetched(tasks::Result result) {
        if (result.failed()) return give_up(result);
        digest_ = tasks::mix(page_, static_cast<std::uint64_t>(page_units(page_).fetch));
        board_.fetching.fetch_sub(1, std::memory_order_relaxed);
        return then(&PageTask::released, tasks::Release{fetch_permits});
    }
    tasks::Operation released(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (!arguments_.has_collector()) return sleep(&PageTask::parsed, page_units(page_).parse);
        return then(&PageTask::handed_over, tasks::Push{fetched_pages, std::as_bytes(std::span{&page_, 1})});
    }
    tasks::Operation parsed(tasks::Result result) {
        if (result.failed()) return give_up(result);
        digest_ = tasks::mix(digest_, static_cast<std::uint64_t>(page_units(page_).parse));
        return tasks::Finish{digest_};
    }
    tasks::Operation handed_over(tasks::Result result) {
        return result.failed() ? give_up(result) : tasks::Finish{digest_};
    }
    tasks::Operation sleep(Step step, std::int64_t units) {
        return then(step, tasks::Sleep{sys::now() + units * arguments_.unit});
    }

    PageNumber page_;
    const CrawlArguments& arguments_;
    CrawlBoard& board_;
    std::uint64_t digest_ = 0;
};

class CollectorTask final : public tasks::SteppedTask<CollectorTask> {
public:
    explicit CollectorTask(const CrawlArguments& arguments)
        : SteppedTask{&CollectorTask::started}, arguments_{arguments} {
        pages_.reserve(arguments.pages);
    }

private:
    tasks::Operation started(tasks::Result) { return pop(); }
    tasks::Operation popped(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() != sizeof popped_ || popped_ >= arguments_.pages) return give_up({-EBADMSG});
        pages_.push_back(popped_);
        const bool parses_now = arguments_.way == CrawlWay::as_they_come || pages_.size() == arguments_.pages;
        return parses_now ? parse() : pop();
    }
    tasks::Operation parsed(tasks::Result result) {
        if (result.failed()) return give_up(result);
        // A sum, because the order in which the pages come is not fixed.
        digest_ += tasks::mix(pages_[parsed_], static_cast<std::uint64_t>(page_units(pages_[parsed_]).parse));
        if (++parsed_ == arguments_.pages) return tasks::Finish{digest_};
        return parsed_ < pages_.size() ? parse() : pop();
    }

    tasks::Operation pop() {
        return then(&CollectorTask::popped, tasks::Pop{fetched_pages, std::as_writable_bytes(std::span{&popped_, 1})});
    }
    tasks::Operation parse() {
        const sys::TimePoint until = sys::now() + page_units(pages_[parsed_]).parse * arguments_.unit;
        return then(&CollectorTask::parsed, tasks::Sleep{until});
    }

    const CrawlArguments& arguments_;
    PageNumber popped_ = 0;
    std::vector<PageNumber> pages_;  // in the order in which they came
    std::size_t parsed_ = 0;         // so many of them
    std::uint64_t digest_ = 0;
};

class Crawl final : public Workload {
public:
    explicit Crawl(const tasks::Arguments& arguments) : arguments_{arguments} {}

    // The collector comes last. The channel has room for all pages, so no page waits for the collector.
    std::size_t size() const override { return arguments_.pages + (arguments_.has_collector() ? 1 : 0); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index == arguments_.pages) return std::make_unique<CollectorTask>(arguments_);
        return std::make_unique<PageTask>(index, arguments_, *board_);
    }
    tasks::Demand demand() const override {
        tasks::Demand demand{
            .tasks_at_once = size(),
            .sleeps = true,
            .semaphores = {
                {.permits = permits(), .most = permits(), .waiters = static_cast<std::uint32_t>(arguments_.pages)}}};
        if (arguments_.has_collector()) {
            // A model that starts the tasks in order, and one after another, could run the collector too. But a worker
            // that steals takes its newest task first: alone, it would wait in the collector for ever.
            demand.together = 2;
            demand.channels = {
                {.slots = static_cast<std::uint32_t>(arguments_.pages), .slot_bytes = sizeof(PageNumber)}};
        }
        return demand;
    }
    void begin() override {
        board_->fetching.store(0, std::memory_order_relaxed);
        board_->most.store(0, std::memory_order_relaxed);
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        const auto expected = [this](std::size_t index) {
            return index == arguments_.pages ? expected_of_collector() : expected_of_page(index);
        };
        if (Verdict digests = verify_digests(ledger, expected); !digests) return digests;
        const std::size_t most = board_->most.load(std::memory_order_relaxed);
        if (most <= arguments_.at_once) return Verdict::valid();
        return Verdict::invalid(std::to_string(most) + " pages were fetched at the same time, and " +
                                std::to_string(arguments_.at_once) + " are allowed");
    }
    Work work() const override { return {.units = arguments_.pages, .bytes = 0, .fairness = {}}; }

private:
    [[nodiscard]] std::uint32_t permits() const noexcept { return static_cast<std::uint32_t>(arguments_.at_once); }
    [[nodiscard]] std::uint64_t expected_of_page(std::size_t page) const {
        const auto [fetch, parse] = page_units(page);
        const std::uint64_t digest = tasks::mix(page, static_cast<std::uint64_t>(fetch));
        return arguments_.has_collector() ? digest : tasks::mix(digest, static_cast<std::uint64_t>(parse));
    }
    [[nodiscard]] std::uint64_t expected_of_collector() const {
        std::uint64_t digest = 0;
        for (std::size_t page = 0; page < arguments_.pages; ++page) {
            digest += tasks::mix(page, static_cast<std::uint64_t>(page_units(page).parse));
        }
        return digest;
    }

    CrawlArguments arguments_;
    sys::Shared<CrawlBoard> board_;
};

constexpr tasks::Parameter parameters[] = {
    {"way", 0, 0, 2, "who parses: 0 a collector at the end, 1 each task its own page, 2 a collector as the pages come"},
    {"pages", 10, 1, 1'000'000, "pages that are fetched and parsed"},
    {"at_once", 4, 1, 1'000'000, "pages that are fetched at the same time at most"},
    {"unit_us", 2'000, 1, 10'000'000, "unit in microseconds: a page takes 1 to 3 to fetch, and 1 to 3 to parse"},
};
constexpr Point points[] = {{"way:0", 3}, {"way:1", 3}, {"way:2", 3}};

}  // namespace

std::int64_t crawl_makespan_units(CrawlWay way, std::size_t pages, std::size_t at_once) {
    // When each permit is free again; and when each page has come, with its number.
    std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> free_at;
    for (std::size_t permit = 0; permit < at_once; ++permit) free_at.push(0);
    std::vector<std::pair<std::int64_t, std::size_t>> came;
    for (std::size_t page = 0; page < pages; ++page) {
        const std::int64_t fetched_at = free_at.top() + page_units(page).fetch;
        free_at.pop();
        free_at.push(fetched_at);
        came.emplace_back(fetched_at, page);
    }
    std::ranges::sort(came);
    std::int64_t end = way == CrawlWay::collect_all ? came.back().first : 0;
    for (const auto& [fetched_at, page] : came) {
        const std::int64_t parse = page_units(page).parse;
        end = way == CrawlWay::in_the_task ? std::max(end, fetched_at + parse) : std::max(end, fetched_at) + parse;
    }
    return end;
}

extern constinit const Entry crawl_entry{
    .name = "crawl",
    .group = Group::io,
    .unit = "page",
    .summary = "pages are fetched, a few at once, and parsed: by a collector, or each by its own task",
    .parameters = parameters,
    .points = points,
    .smoke = "way:2/pages:4/at_once:2/unit_us:200",
    .make = make_workload<Crawl>,
};

}  // namespace workloads
