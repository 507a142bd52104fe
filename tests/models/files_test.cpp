// The contract of every model for files.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "jobs.h"
#include "sys/memory_file.h"
#include "sys/shared_memory.h"
#include "sys/unnamed_file.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Read;
using tasks::Result;
using tasks::Sync;
using tasks::Write;

class Files : public ModelTest {
protected:
    static sys::UniqueFd make_file(std::size_t bytes) {
        return sys::make_unnamed_file(std::filesystem::temp_directory_path(), bytes);
    }
};
class FilesOfTwo : public Files {};

std::byte pattern(std::uint64_t place) { return static_cast<std::byte>(place * 31 + place / 251); }

// Writes a part of a file, piece by piece, syncs it and reads it again. The digest is the number of right bytes.
class PartTask final : public tasks::SteppedTask<PartTask> {
public:
    static constexpr std::size_t pieces = 5;
    static constexpr std::size_t piece_bytes = 10'001;  // not a multiple of anything
    static constexpr std::size_t bytes = pieces * piece_bytes;

    PartTask(int file, std::size_t part)
        : SteppedTask{&PartTask::started}, file_{file}, first_{part * bytes}, piece_(piece_bytes) {}

private:
    Operation started(Result) { return write_next(); }
    Operation wrote(Result result) {
        if (result.value != std::ssize(piece_)) return fail(result);
        return ++done_ < pieces ? write_next() : then(&PartTask::synced, Sync{file_});
    }
    Operation synced(Result result) {
        if (result.value != 0) return fail(result);
        done_ = 0;
        return read_next();
    }
    Operation was_read(Result result) {
        if (result.value != std::ssize(piece_)) return fail(result);
        for (std::size_t i = 0; i < piece_bytes; ++i) right_ += piece_[i] == pattern(place() + i) ? 1 : 0;
        return ++done_ < pieces ? read_next() : Finish{right_};
    }
    Operation write_next() {
        for (std::size_t i = 0; i < piece_bytes; ++i) piece_[i] = pattern(place() + i);
        return then(&PartTask::wrote, Write{file_, place(), piece_});
    }
    Operation read_next() {
        std::ranges::fill(piece_, std::byte{0});
        return then(&PartTask::was_read, Read{file_, place(), piece_});
    }
    [[nodiscard]] std::uint64_t place() const { return first_ + done_ * piece_bytes; }
    static Operation fail(Result result) { return Finish{0, result.failed() ? result.error() : -EBADMSG}; }

    int file_;
    std::uint64_t first_;
    std::size_t done_ = 0;
    std::uint64_t right_ = 0;
    std::vector<std::byte> piece_;
};

TEST_P(Files, HoldWhatSeveralTasksHaveWritten) {
    constexpr std::size_t parts = 4;
    const sys::UniqueFd file = make_file(1);  // the tasks make it longer
    Running running{entry(), parts, [&](std::size_t part) { return std::make_unique<PartTask>(file.get(), part); }};
    for (int run = 0; run < 2; ++run) running.run_and_expect([](std::size_t) { return PartTask::bytes; });
    const std::string whole = sys::read_whole(file.get());
    ASSERT_EQ(whole.size(), parts * PartTask::bytes);
    for (std::size_t i = 0; i < whole.size(); ++i) ASSERT_EQ(std::byte(whole[i]), pattern(i)) << i;
}

TEST_P(Files, EndBeforeTheBufferIsFull) {
    const sys::UniqueFd file = make_file(5'000);
    Running running{entry(), 1, [&](std::size_t) {
                        return make_task([&, step = 0, into = std::vector<std::byte>(4'096, std::byte{1})](
                                             Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            switch (step++) {
                                case 0: return Read{file.get(), 4'990, into};
                                case 1:
                                    if (result.bytes() != 10 || into[9] != std::byte{0} || into[10] != std::byte{1}) {
                                        return Finish{1};
                                    }
                                    return Read{file.get(), 5'000, into};
                                case 2:
                                    return result.bytes() == 0 ? Operation{Read{file.get(), 1 << 30, into}} : Finish{2};
                                case 3: return result.bytes() == 0 ? Operation{Read{file.get(), 0, {}}} : Finish{3};
                                default: return Finish{result.bytes() == 0 ? 10U : 4U};
                            }
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 10; });
}

// The digest counts the operations that fail so.
TEST_P(Files, FailWithTheErrnoOfTheCall) {
    const sys::UniqueFd file = make_file(100);
    Running running{entry(), 2, [&](std::size_t) {
                        return make_task([&, step = 0, right = 0U,
                                          bytes = std::array<std::byte, 8>{}](Result result) mutable -> Operation {
                            if (step > 0 && result.value == -EBADF) ++right;
                            switch (step++) {
                                case 0: return Read{-1, 0, bytes};
                                case 1: return Write{-1, 0, bytes};
                                case 2: return Sync{-1};
                                case 3: return Read{file.get(), 0, bytes};
                                default: return Finish{result.value == std::ssize(bytes) ? right : 0};
                            }
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 3; });
}

// Two pages, the second of which nobody may touch: so the kernel moves no more than the first.
class HalfABuffer {
public:
    HalfABuffer() : pages_{::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)} {
        EXPECT_NE(pages_, MAP_FAILED);
        EXPECT_EQ(::mprotect(static_cast<std::byte*>(pages_) + page, page, PROT_NONE), 0);
    }
    ~HalfABuffer() { ::munmap(pages_, 2 * page); }
    HalfABuffer(const HalfABuffer&) = delete;
    HalfABuffer& operator=(const HalfABuffer&) = delete;

    [[nodiscard]] std::span<std::byte> bytes() const { return {static_cast<std::byte*>(pages_), 2 * page}; }

    static constexpr std::size_t page = 65'536;  // or a multiple of it

private:
    void* pages_;
};

TEST_P(Files, GoOnAfterAShortCall) {
    const sys::UniqueFd file = make_file(3 * HalfABuffer::page);
    const HalfABuffer half;
    Running running{entry(), 1, [&](std::size_t) {
                        return make_task([&, step = 0](Result result) mutable -> Operation {
                            switch (step++) {
                                case 0: return Read{file.get(), 0, half.bytes()};
                                case 1:
                                    if (result.value != -EFAULT) return Finish{1};
                                    return Write{file.get(), 0, half.bytes()};
                                default: return Finish{result.value == -EFAULT ? 0U : 2U};
                            }
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 0; });
}

// The sleeper sleeps again and again until the reader has read for the last time.
TEST_P(FilesOfTwo, AReaderLetsASleeperSleep) {
    const sys::UniqueFd file = make_file(4'096);
    const sys::Shared<std::atomic<bool>> over;
    Running running{entry(), 2, [&](std::size_t index) {
                        if (index == 0) {
                            return make_task([&](Result result) -> Operation {
                                if (result.failed()) return Finish{0, result.error()};
                                if (over->load()) return Finish{100};
                                return tasks::Sleep{sys::now() + std::chrono::microseconds{100}};
                            });
                        }
                        return make_task([&, reads = 0U, read = false,
                                          into = std::array<std::byte, 512>{}](Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            read = !read;
                            if (!read) return tasks::Yield{};
                            if (reads == 100) {
                                over->store(true);
                                return Finish{reads};
                            }
                            return Read{file.get(), 8 * reads++, into};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 100; });
}

// The kernel, or a thread, may still use the buffers of the others.
TEST_P(FilesOfTwo, MayBeInUseWhenTheRunFails) {
    const sys::UniqueFd file = make_file(std::size_t{1} << 20);
    Running running{entry(), 6,
                    [&](std::size_t index) {
                        return make_task([&, index, steps = 0, part = std::vector<std::byte>(std::size_t{1} << 17)](
                                             Result) mutable -> Operation {
                            if (index == 0) {
                                if (++steps > 3) throw std::runtime_error{"it rains"};
                                return tasks::Sleep{sys::now() + std::chrono::milliseconds{1}};
                            }
                            // Lets the one go on that throws, wherever it runs.
                            if (++steps % 3 == 0) return tasks::Sleep{sys::now() + std::chrono::microseconds{10}};
                            if (steps % 3 == 1) return Write{file.get(), index << 17, part};
                            return Sync{file.get()};
                        });
                    },
                    workers_for(entry(), 6)};
    const std::string thrown = thrown_by(running);
    EXPECT_TRUE(thrown.ends_with("it rains")) << thrown;
}

INSTANTIATE_TEST_SUITE_P(All, Files, every_model(), name_of);
INSTANTIATE_TEST_SUITE_P(All, FilesOfTwo, models_that(runs_two_at_once), name_of);

}  // namespace
}  // namespace models
