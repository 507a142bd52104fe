#include "sys/unnamed_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "environment.h"
#include "sys/memory_file.h"
#include "temporary_folder.h"

namespace sys {
namespace {

TEST(FolderOnDisk, IsTheOneThatTheUserNames) {
    const Variable named{"TMPDIR", "/somewhere"};
    EXPECT_EQ(folder_on_disk(), "/somewhere");
    ::unsetenv("TMPDIR");
    EXPECT_EQ(folder_on_disk(), "/var/tmp");
    ::setenv("TMPDIR", "", 1);
    EXPECT_EQ(folder_on_disk(), "/var/tmp");
}

TEST(UnnamedFile, HasItsSizeAndNoName) {
    const TemporaryFolder folder;
    const UniqueFd file = make_unnamed_file(folder.path(), 10'000);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_EQ(read_whole(file.get()), std::string(10'000, '\0'));
    EXPECT_EQ(::pwrite(file.get(), "x", 1, 9'999), 1);
    struct stat about {};
    EXPECT_EQ(::fstat(file.get(), &about), 0);
    EXPECT_EQ(about.st_nlink, 0U);
}

TEST(UnnamedFile, SaysWhichFolderHasNoRoom) {
    const TemporaryFolder folder;
    const auto expect_failure = [](const std::filesystem::path& where, std::size_t bytes, int error) {
        try {
            (void)make_unnamed_file(where, bytes);
            ADD_FAILURE() << "made";
        } catch (const std::system_error& failure) {
            const std::string text = failure.what();
            EXPECT_NE(text.find(std::to_string(bytes) + " bytes in " + where.string()), std::string::npos) << text;
            EXPECT_TRUE(error == 0 || failure.code().value() == error) << text;
        }
    };
    expect_failure(folder.path() / "missing", 10, ENOENT);
    // More than any disk has: no room, or more than the file system allows for a file.
    expect_failure(folder.path(), std::size_t{1} << 60, 0);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Cache, HasWhatWasWrittenUntilItIsDropped) {
    const UniqueFd file = make_unnamed_file(folder_on_disk(), 8'192);
    ASSERT_EQ(::pwrite(file.get(), "x", 1, 5'000), 1);
    try {
        EXPECT_TRUE(is_in_cache(file.get(), 5'000));
    } catch (const std::system_error& unknown) {
        ASSERT_EQ(unknown.code().value(), EOPNOTSUPP);
        GTEST_SKIP() << "this file system does not tell";
    }
    drop_from_cache(file.get());
    if (is_in_cache(file.get(), 5'000)) GTEST_SKIP() << "this file system keeps everything";
    char byte = 0;
    ASSERT_EQ(::pread(file.get(), &byte, 1, 5'000), 1);
    EXPECT_EQ(byte, 'x');
    EXPECT_TRUE(is_in_cache(file.get(), 5'000));
}

TEST(Cache, KeepsAFileThatIsMemory) {
    const MemoryFile file{"test"};
    file.append("x");
    drop_from_cache(file.descriptor());
    EXPECT_EQ(file.read(), "x");
    try {
        EXPECT_TRUE(is_in_cache(file.descriptor(), 0));
    } catch (const std::system_error& unknown) {
        EXPECT_EQ(unknown.code().value(), EOPNOTSUPP);
    }
}

TEST(Cache, SaysThatAFileIsNotOpen) {
    EXPECT_THROW((void)is_in_cache(-1, 0), std::system_error);
    EXPECT_THROW(drop_from_cache(-1), std::system_error);
}

}  // namespace
}  // namespace sys
