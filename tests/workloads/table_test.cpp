#include "workloads/table.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace workloads {
namespace {

class Table : public testing::TestWithParam<const Entry*> {};

TEST_P(Table, EntryIsComplete) {
    const Entry& entry = *GetParam();
    EXPECT_FALSE(entry.unit.empty());
    EXPECT_FALSE(entry.summary.empty());
    EXPECT_FALSE(entry.parameters.empty());
    EXPECT_FALSE(entry.points.empty());
    for (const Point& point : entry.points) EXPECT_GE(point.iterations, 1) << point.arguments;
    EXPECT_EQ(&find(entry.name), &entry);
}

TEST_P(Table, ItsParametersAreSound) {
    std::set<std::string_view> names;
    for (const tasks::Parameter& parameter : GetParam()->parameters) {
        EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
        EXPECT_LE(parameter.least, parameter.fallback) << parameter.name;
        EXPECT_LE(parameter.fallback, parameter.most) << parameter.name;
        EXPECT_FALSE(parameter.meaning.empty()) << parameter.name;
        // In the name of a case, it would be confused with the parameter of the models.
        EXPECT_NE(parameter.name, "workers");
    }
}

// The entry's arguments, checked as the bench does.
tasks::Arguments checked(const Entry& entry, std::string_view arguments) {
    tasks::Arguments complete = tasks::complete(entry.parameters, tasks::parse_arguments(arguments));
    if (entry.check != nullptr) entry.check(complete);
    return complete;
}

TEST_P(Table, ItsParametersAllowItsArguments) {
    const Entry& entry = *GetParam();
    EXPECT_NO_THROW((void)checked(entry, entry.smoke));
    EXPECT_NO_THROW((void)checked(entry, "")) << "the fallbacks fit together";
    for (const Point& point : entry.points) EXPECT_NO_THROW((void)checked(entry, point.arguments)) << point.arguments;
}

TEST_P(Table, MakesAWorkload) {
    const Entry& entry = *GetParam();
    const auto workload = entry.make(checked(entry, entry.smoke), {});
    EXPECT_GT(workload->size(), 0U);
    EXPECT_GE(workload->demand().tasks_at_once, workload->size());
    EXPECT_EQ(workload->latency() == nullptr, workload->latency_meaning().empty());
    for (std::size_t index = 0; index < workload->size(); ++index) EXPECT_TRUE(workload->make(index));
    // No task has run yet.
    EXPECT_FALSE(workload->verify(tasks::Ledger{workload->size()}));
}

TEST_P(Table, SaysHowManyConnectionsItsWindowsKeepOpen) {
    const Entry& entry = *GetParam();
    const tasks::Arguments arguments = checked(entry, entry.smoke);
    const auto workload = entry.make(arguments, {3});
    EXPECT_EQ(workload->windows() != nullptr, entry.kept_open != nullptr);
    if (entry.kept_open == nullptr) return;
    EXPECT_EQ(entry.kept_open(arguments), workload->demand().together);
}

INSTANTIATE_TEST_SUITE_P(All, Table, testing::ValuesIn(table().begin(), table().end()),
                         [](const auto& entry) { return std::string{entry.param->name}; });

TEST(EntryCheck, RefusesTotalsWithoutAUnitForEach) {
    for (const auto& [name, arguments] : {std::pair{"echo", "connections:100/requests:99"},
                                          {"open_echo", "connections:100/requests:99"},
                                          {"http", "connections:100/requests:99"},
                                          {"churn", "clients:100/connections:99"},
                                          {"ping_pong", "pairs:100/round_trips:99"}}) {
        EXPECT_THROW((void)checked(find(name), arguments), std::invalid_argument) << name;
    }
}

TEST(Find, ListsTheKnownNames) {
    std::set<std::string_view> names;
    for (const Entry* const entry : table()) EXPECT_TRUE(names.insert(entry->name).second) << entry->name;
    try {
        (void)find("ech");
        FAIL() << "find() did not throw";
    } catch (const std::invalid_argument& error) {
        const std::string message = error.what();
        EXPECT_TRUE(message.starts_with("unknown workload 'ech'; there are: ")) << message;
        for (const std::string_view name : names) EXPECT_NE(message.find(name), std::string::npos) << name;
    }
}

TEST(Group, HasItsName) {
    EXPECT_EQ(to_string(Group::cpu), "cpu");
    EXPECT_EQ(to_string(Group::io), "io");
}

}  // namespace
}  // namespace workloads
