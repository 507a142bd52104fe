#include "models/workers/loop_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace models {
namespace {

// What happened to the loops of a test.
struct Record {
    std::mutex mutex;
    std::set<std::thread::id> makers;  // this and the next are guarded by mutex
    std::multiset<std::size_t> parts;
    std::atomic<int> alive = 0;
};

// A loop that may be used by the thread that made it alone, as a ring of io_uring.
class OwnedLoop {
public:
    explicit OwnedLoop(Record& record) : record_{record} {
        ++record_.alive;
        const std::scoped_lock lock{record_.mutex};
        record_.makers.insert(maker_);
    }
    OwnedLoop(const OwnedLoop&) = delete;
    OwnedLoop& operator=(const OwnedLoop&) = delete;
    ~OwnedLoop() {
        expect_own_thread();
        --record_.alive;
    }
    void run_part(std::size_t part, std::size_t parts, const Abandonment&) {
        expect_own_thread();
        EXPECT_EQ(parts, 3U);
        const std::scoped_lock lock{record_.mutex};
        record_.parts.insert(part);
    }

private:
    void expect_own_thread() const { EXPECT_EQ(std::this_thread::get_id(), maker_); }

    Record& record_;
    std::thread::id maker_ = std::this_thread::get_id();
};

TEST(LoopThreads, MakeRunAndDestroyEachLoopOnAThreadOfItsOwn) {
    Record record;
    {
        LoopThreads<OwnedLoop> threads{3, [&] { return std::make_unique<OwnedLoop>(record); }};
        EXPECT_EQ(record.alive, 3) << "they exist before the first run";
        for (int run = 0; run < 2; ++run) threads.run();
    }
    EXPECT_EQ(record.alive, 0);
    EXPECT_EQ(record.makers.size(), 3U);
    EXPECT_FALSE(record.makers.contains(std::this_thread::get_id()));
    EXPECT_EQ(record.parts, (std::multiset<std::size_t>{0, 0, 1, 1, 2, 2}));
}

TEST(LoopThreads, ThrowWhatALoopThatCannotBeMadeThrows) {
    Record record;
    std::atomic<int> calls = 0;
    const auto make_loop = [&] {
        if (++calls == 2) throw std::runtime_error{"no ring"};
        return std::make_unique<OwnedLoop>(record);
    };
    EXPECT_THROW((LoopThreads<OwnedLoop>{3, make_loop}), std::runtime_error);
    EXPECT_EQ(record.alive, 0);
}

}  // namespace
}  // namespace models
