#include "models/loop/file_calls.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "sys/memory_file.h"

namespace models {
namespace {

using tasks::Result;

TEST(FileCalls, WriteAndRead) {
    const sys::MemoryFile file{"test"};
    const std::array<std::byte, 3> abc{std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
    EXPECT_EQ(call_on_file(tasks::Write{file.descriptor(), 2, abc}), Result{3});
    EXPECT_EQ(call_on_file(tasks::Sync{file.descriptor()}), Result{0});
    EXPECT_EQ(file.read(), (std::string{"\0\0abc", 5}));
    std::array<std::byte, 4> read{};
    EXPECT_EQ(call_on_file(tasks::Read{file.descriptor(), 3, read}), Result{2});
    EXPECT_EQ(read[1], std::byte{'c'});
    EXPECT_EQ(call_on_file(tasks::Read{file.descriptor(), 5, read}), Result{0});
}

TEST(FileCalls, FailWithTheNegativeErrno) {
    std::array<std::byte, 4> bytes{};
    EXPECT_EQ(call_on_file(tasks::Read{-1, 0, bytes}), Result{-EBADF});
    EXPECT_EQ(call_on_file(tasks::Write{-1, 0, bytes}), Result{-EBADF});
    EXPECT_EQ(call_on_file(tasks::Sync{-1}), Result{-EBADF});
}

}  // namespace
}  // namespace models
