#include <gtest/gtest.h>

#include <algorithm>

#include "models/table.h"
#include "sys/limits.h"

namespace models {
namespace {

TEST(Libuv, CountsTheDuplicateOfEachDescriptor) {
    const auto found = std::ranges::find(table(), std::string_view{"libuv"}, &Entry::name);
    if (found == table().end()) GTEST_SKIP() << "this build lacks libuv";
    const std::size_t limit = sys::raise_descriptor_limit();
    EXPECT_TRUE((*found)->support({.tasks_at_once = limit / 4, .descriptors_per_task = 1}, {}));
    EXPECT_FALSE((*found)->support({.tasks_at_once = limit * 3 / 4, .descriptors_per_task = 1}, {}));
    EXPECT_FALSE((*found)->support({.tasks_at_once = 2, .descriptors_per_task = 0, .descriptors_lent = limit}, {}));
}

}  // namespace
}  // namespace models
