#include "tasks/lookup.h"

#include <gtest/gtest.h>

#include <array>
#include <span>

namespace tasks {
namespace {

struct Bird {
    std::string_view name;
};
constexpr Bird owl{"owl"};
constexpr Bird wren{"wren"};
constexpr std::array<const Bird*, 2> birds{&owl, &wren};
constexpr std::span<const Bird* const> table{birds};

TEST(JoinNames, PutsCommasBetween) {
    const auto join = [](std::span<const Bird* const> some) {
        return join_names(some, [](const Bird* bird) { return bird->name; });
    };
    EXPECT_EQ(join({}), "");
    EXPECT_EQ(join(table.first(1)), "owl");
    EXPECT_EQ(join(table), "owl, wren");
}

TEST(JoinNames, TakesAMember) { EXPECT_EQ(join_names(std::array{owl, wren, owl}, &Bird::name), "owl, wren, owl"); }

TEST(FindNamed, GivesTheEntryOfTheTable) {
    EXPECT_EQ(&find_named(table, "wren", "bird"), &wren);
    EXPECT_EQ(&find_named(table, "owl", "bird"), &owl);
}

TEST(FindNamed, ListsTheKnownNames) {
    for (const std::string_view name : {"crow", "", "ow", "owls"}) {
        try {
            (void)find_named(table, name, "bird");
            FAIL() << "found '" << name << "'";
        } catch (const std::invalid_argument& error) {
            EXPECT_EQ(std::string{error.what()}, "unknown bird '" + std::string{name} + "'; there are: owl, wren");
        }
    }
}

}  // namespace
}  // namespace tasks
