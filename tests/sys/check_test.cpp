#include "sys/check.h"

#include <gtest/gtest.h>

namespace sys {
namespace {

TEST(Check, PassesAResultThrough) {
    EXPECT_EQ(check(0, "call"), 0);
    EXPECT_EQ(check(7L, "call"), 7L);
    // Only -1 is a failure.
    EXPECT_EQ(check(-2, "call"), -2);
}

TEST(Check, ThrowsWithTheErrorNumberAndTheNameOfTheCall) {
    errno = ENOENT;
    try {
        check(-1, "open");
        FAIL() << "check() did not throw";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::error_code(ENOENT, std::system_category()));
        EXPECT_EQ(std::string{error.what()}, "open: No such file or directory");
    }
}

TEST(CheckError, TakesTheErrorNumberItself) {
    EXPECT_NO_THROW(check_error(0, "pthread_create"));
    errno = ENOENT;
    try {
        check_error(EAGAIN, "pthread_create");
        FAIL() << "check() did not throw";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EAGAIN);
        EXPECT_TRUE(std::string_view{error.what()}.starts_with("pthread_create: ")) << error.what();
    }
}

TEST(ErrorText, IsTheKernelsOwn) { EXPECT_EQ(error_text(EPIPE), "Broken pipe"); }

}  // namespace
}  // namespace sys
