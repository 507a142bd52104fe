#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "environment.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

using std::chrono::microseconds;

constexpr std::size_t readers = 3;
constexpr std::size_t blocks = 11;
constexpr std::size_t block_bytes = 1024;

class Files : public testing::Test {
protected:
    static std::unique_ptr<Workload> make(int write_percent, int cold = 0, int tick_us = 100) {
        const Entry& entry = find("files");
        const tasks::Arguments arguments = tasks::complete(entry.parameters, {{"readers", readers},
                                                                              {"blocks", blocks},
                                                                              {"block_kib", 1},
                                                                              {"cold", cold},
                                                                              {"write_percent", write_percent},
                                                                              {"tick_us", tick_us}});
        return entry.make(arguments, {});
    }
    // Performs an operation of a reader as a model does.
    static void perform(Script& script) {
        if (script.asks<tasks::Read>()) {
            const auto& [file, offset, into] = script.asked<tasks::Read>();
            return script.answer(::pread(file, into.data(), into.size(), static_cast<off_t>(offset)));
        }
        if (script.asks<tasks::Write>()) {
            const auto& [file, offset, bytes] = script.asked<tasks::Write>();
            return script.answer(::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset)));
        }
        if (script.asks<tasks::Sync>()) return script.answer(::fdatasync(script.asked<tasks::Sync>().file));
        (void)script.asked<tasks::Yield>();
        script.answer(0);
    }
    static void run_reader(const Workload& files, std::size_t index, tasks::Ledger& ledger) {
        Script script{files.make(index)};
        while (!script.asks<tasks::Finish>()) perform(script);
        ledger.finish(tasks::root(index), script.asked<tasks::Finish>());
    }
    static void tick(Script& neighbour) {
        sys::sleep_until(neighbour.asked<tasks::Sleep>().until);
        neighbour.answer(0);
    }
    // One task after another.
    static void run_all(const Workload& files, tasks::Ledger& ledger) {
        for (std::size_t index = 0; index < readers; ++index) run_reader(files, index, ledger);
        Script neighbour{files.make(readers)};
        while (!neighbour.asks<tasks::Finish>()) tick(neighbour);
        ledger.finish(tasks::root(readers), neighbour.asked<tasks::Finish>());
    }
    static std::string verdict(Workload& files) {
        tasks::Ledger ledger{readers + 1};
        files.begin();
        run_all(files, ledger);
        return files.verify(ledger).reason;
    }
};

TEST_F(Files, AreValidInEachRun) {
    for (const int write_percent : {0, 40, 100}) {
        const auto files = make(write_percent);
        EXPECT_EQ(files->refusal(), "");
        for (int run = 0; run < 3; ++run) EXPECT_EQ(verdict(*files), "") << write_percent;
        EXPECT_EQ(files->work().units, blocks);
        EXPECT_EQ(files->work().bytes, blocks * block_bytes);
    }
}

TEST_F(Files, UseEachBlockOnceInARandomOrder) {
    const auto files = make(40);
    files->begin();
    std::vector<std::uint64_t> used;
    std::size_t written = 0;
    for (std::size_t index = 0; index < readers; ++index) {
        Script script{files->make(index)};
        for (; !script.asks<tasks::Finish>(); perform(script)) {
            if (script.asks<tasks::Read>()) {
                used.push_back(script.asked<tasks::Read>().offset);
                EXPECT_EQ(script.asked<tasks::Read>().into.size(), block_bytes);
            } else if (script.asks<tasks::Write>()) {
                used.push_back(script.asked<tasks::Write>().offset);
                ++written;
            }
        }
    }
    EXPECT_FALSE(std::ranges::is_sorted(used.begin(), used.begin() + blocks / readers));
    EXPECT_EQ(used.size(), blocks);
    EXPECT_EQ((std::set<std::uint64_t>{used.begin(), used.end()}.size()), blocks);
    for (const std::uint64_t offset : used) EXPECT_TRUE(offset % block_bytes == 0 && offset < blocks * block_bytes);
    EXPECT_TRUE(written > 0 && written < blocks) << written;
}

TEST_F(Files, AReaderLetsOthersRunAfterEachBlock) {
    const auto files = make(40);
    files->begin();
    Script script{files->make(0)};
    while (!script.asks<tasks::Finish>()) {
        if (script.asks<tasks::Write>()) {
            perform(script);
            EXPECT_TRUE(script.asks<tasks::Sync>());
        }
        perform(script);
        EXPECT_TRUE(script.asks<tasks::Yield>());
        perform(script);
    }
}

TEST_F(Files, AreInvalidIfABlockIsWrongOrMissing) {
    const auto files = make(0);
    tasks::Ledger ledger{readers + 1};
    files->begin();
    Script script{files->make(0)};
    for (bool first = true; !script.asks<tasks::Finish>(); first = false) {
        // The block of another place.
        if (first) script.asked<tasks::Read>().offset += block_bytes;
        perform(script);
    }
    ledger.finish(tasks::root(0), script.asked<tasks::Finish>());
    for (std::size_t index = 1; index < readers; ++index) run_reader(*files, index, ledger);
    ledger.finish(tasks::root(readers), {0});
    EXPECT_EQ(files->verify(ledger).reason, "wrong digest from task 0");
}

TEST_F(Files, AreInvalidIfAWriteIsLost) {
    const auto files = make(100);
    ASSERT_EQ(verdict(*files), "");
    tasks::Ledger ledger{readers + 1};
    files->begin();
    Script script{files->make(1)};
    script.answer(block_bytes);  // as if it had been written
    while (!script.asks<tasks::Finish>()) perform(script);
    ledger.finish(tasks::root(1), script.asked<tasks::Finish>());
    for (const std::size_t index : {std::size_t{0}, std::size_t{2}}) run_reader(*files, index, ledger);
    ledger.finish(tasks::root(readers), {0});
    const std::string reason = files->verify(ledger).reason;
    EXPECT_TRUE(reason.starts_with("block ") && reason.ends_with(" was not written")) << reason;
}

TEST_F(Files, EndWithTheErrorOfAnyStep) {
    const auto files = make(40);
    files->begin();
    for (std::size_t index = 0; index < readers; ++index) {
        EXPECT_GE(fail_each_step([&] { return files->make(index); }, [](Script& script, int) { perform(script); }, EIO),
                  2);
    }
    Script neighbour{files->make(readers)};
    neighbour.answer(-EINTR);
    EXPECT_EQ(neighbour.asked<tasks::Finish>().error, -EINTR);
    Script cut_short{files->make(0)};
    cut_short.answer(block_bytes - 1);
    EXPECT_EQ(cut_short.asked<tasks::Finish>().error, -EIO);
}

TEST_F(Files, TheNeighbourTicksUntilTheLastReaderHasEnded) {
    const auto files = make(0);
    files->begin();
    tasks::Ledger ledger{readers + 1};
    Script neighbour{files->make(readers)};
    const sys::TimePoint first = neighbour.asked<tasks::Sleep>().until;
    for (std::size_t index = 0; index < readers - 1; ++index) run_reader(*files, index, ledger);
    tick(neighbour);
    EXPECT_EQ((neighbour.asked<tasks::Sleep>().until - first) % microseconds{100}, sys::Nanoseconds{0});
    // A reader that fails has ended too.
    Script failing{files->make(readers - 1)};
    failing.answer(-EIO);
    tick(neighbour);
    EXPECT_EQ(neighbour.asked<tasks::Finish>().error, 0);
    EXPECT_GE(files->latency()->count(), 2U);
}

TEST_F(Files, EachPointThatHasPassedIsATick) {
    const auto files = make(0);
    files->begin();
    Script neighbour{files->make(readers)};
    const sys::TimePoint first = neighbour.asked<tasks::Sleep>().until;
    sys::sleep_until(first + microseconds{1'000});
    neighbour.answer(0);
    EXPECT_GE(files->latency()->count(), 11U);
    EXPECT_GT(neighbour.asked<tasks::Sleep>().until, first + microseconds{1'000});
    neighbour.answer(0);
    EXPECT_EQ(neighbour.asked<tasks::Finish>().error, -ETIME) << "it was resumed early";
}

TEST_F(Files, ANeighbourThatBeginsLateIsLate) {
    const auto files = make(0);
    files->begin();
    Script reader{files->make(0)};
    const sys::TimePoint began = sys::now();
    sys::sleep_until(began + microseconds{1'000});
    Script neighbour{files->make(readers)};
    EXPECT_LE(neighbour.asked<tasks::Sleep>().until, began + microseconds{100});
}

TEST_F(Files, SayWhyTheyAreNeverCold) {
    const Variable in_memory{"TMPDIR", "/dev/shm"};
    try {
        const auto files = make(0, 1);
        EXPECT_TRUE(files->refusal().starts_with("cold files: ")) << files->refusal();
        EXPECT_THROW(files->begin(), std::runtime_error);
        const auto cached = make(0, 0);
        EXPECT_EQ(cached->refusal(), "");
        EXPECT_EQ(verdict(*cached), "");
    } catch (const std::system_error& no_room) {
        GTEST_SKIP() << no_room.what();
    }
}

TEST_F(Files, AreColdInEachRun) {
    const auto files = make(40, 1);
    if (const std::string reason = files->refusal(); !reason.empty()) GTEST_SKIP() << reason;
    for (int run = 0; run < 2; ++run) EXPECT_EQ(verdict(*files), "");
}

TEST_F(Files, SayThatTheySleep) { EXPECT_TRUE(make(0)->demand().sleeps); }

}  // namespace
}  // namespace workloads
