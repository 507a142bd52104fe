#include "workloads/io/upper_case.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>

namespace workloads {
namespace {

TEST(UpperCase, DoesAsToupperForEveryByte) {
    std::array<std::byte, 256> bytes{};
    std::uint64_t sum = 0;
    for (std::size_t value = 0; value < bytes.size(); ++value) {
        bytes[value] = static_cast<std::byte>(value);
        sum += static_cast<std::uint64_t>(std::toupper(static_cast<int>(value)));
    }
    EXPECT_EQ(upper_case(bytes), sum);
    for (int value = 0; value < 256; ++value) {
        EXPECT_EQ(static_cast<int>(bytes[static_cast<std::size_t>(value)]), std::toupper(value)) << value;
    }
}

TEST(UpperCase, OfNothingIsZero) { EXPECT_EQ(upper_case({}), 0U); }

}  // namespace
}  // namespace workloads
