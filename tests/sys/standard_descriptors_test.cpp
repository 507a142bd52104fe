#include "sys/standard_descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/child_process.h"

namespace sys {
namespace {

// Closes these descriptors in a child process. Returns which of 0, 1 and 2 are the null device after the call.
std::string null_after(const std::vector<int>& closed) {
    int codes = 0;
    ChildProcess child = ChildProcess::fork([&] {
        struct ::stat null {};
        if (::stat("/dev/null", &null) != 0) ::_exit(100);
        const int other = ::open("/", O_RDONLY | O_DIRECTORY);
        for (int descriptor = 0; descriptor < 3; ++descriptor) ::dup2(other, descriptor);
        for (const int descriptor : closed) ::close(descriptor);
        open_standard_descriptors();
        int found = 0;
        for (int descriptor = 0; descriptor < 3; ++descriptor) {
            struct ::stat status {};
            if (::fstat(descriptor, &status) != 0) ::_exit(101);
            if (status.st_rdev == null.st_rdev && S_ISCHR(status.st_mode)) found |= 1 << descriptor;
            if (::fcntl(descriptor, F_GETFD) != 0) ::_exit(102);
        }
        ::_exit(found);
    });
    codes = WEXITSTATUS(child.wait());
    std::string names;
    for (int descriptor = 0; descriptor < 3; ++descriptor) {
        if ((codes >> descriptor) % 2 == 1) names += std::to_string(descriptor);
    }
    return codes < 8 ? names : "failed with " + std::to_string(codes);
}

TEST(StandardDescriptors, ThatAreClosedBecomeTheNullDevice) {
    EXPECT_EQ(null_after({}), "");
    EXPECT_EQ(null_after({0}), "0");
    EXPECT_EQ(null_after({1}), "1");
    EXPECT_EQ(null_after({0, 2}), "02");
    EXPECT_EQ(null_after({0, 1, 2}), "012");
}

}  // namespace
}  // namespace sys
