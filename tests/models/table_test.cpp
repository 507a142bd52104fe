#include "models/table.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "jobs.h"

namespace models {
namespace {

class Table : public ModelTest {};

TEST_P(Table, EntryIsWhole) {
    EXPECT_FALSE(entry().carrier.empty());
    EXPECT_FALSE(entry().wait_mechanism.empty());
    EXPECT_FALSE(entry().summary.empty());
    EXPECT_NE(to_string(entry().family), "unknown");
    EXPECT_NE(entry().support, nullptr);
    EXPECT_NE(entry().make, nullptr);
    EXPECT_EQ(&find(entry().name), &entry());
}

TEST_P(Table, ItsParametersAreSound) {
    for (const tasks::Parameter& parameter : entry().parameters) {
        EXPECT_LE(parameter.least, parameter.fallback) << parameter.name;
        EXPECT_LE(parameter.fallback, parameter.most) << parameter.name;
        EXPECT_FALSE(parameter.meaning.empty()) << parameter.name;
    }
}

// If workers do not hand over a connection, each accepts for itself.
TEST_P(Table, EachWorkerThatHandsNothingOverAccepts) {
    const bool pool = has_workers(entry());
    const tasks::Arguments arguments = tasks::complete(entry().parameters, workers_for(entry(), 5));
    const std::size_t acceptors = entry().acceptors(arguments);
    const bool runs_spawned_inline = !entry().support({.tasks_at_once = 1, .waits_for_spawned = true}, arguments);
    if (pool && (runs_spawned_inline || !entry().shares_events)) {
        EXPECT_GE(acceptors, 5U);
        EXPECT_EQ(acceptors % 5, 0U);
    } else {
        EXPECT_EQ(acceptors, 1U);
    }
}

TEST_P(Table, ItsDefaultArgumentsFitItsParameters) {
    for (const Load load : {Load::computes, Load::waits}) {
        for (const std::size_t cpus : {1U, 2U, 64U, 1'024U}) {
            for (const std::size_t kept_open : {0U, 1U, 100'000U}) {
                const tasks::Arguments arguments = entry().default_arguments({load, cpus, kept_open, kept_open});
                EXPECT_NO_THROW((void)tasks::complete(entry().parameters, arguments)) << cpus << ", " << kept_open;
            }
        }
    }
}

// Otherwise a server's window would never open.
TEST_P(Table, ItsDefaultArgumentsHoldTheConnectionsThatAreKeptOpen) {
    const tasks::Arguments arguments =
        tasks::complete(entry().parameters,
                        entry().default_arguments({.load = Load::waits, .cpus = 2, .kept_open = 100, .in_calls = 100}));
    if (entry().tasks_at_once == nullptr || !has_workers(entry())) return;
    EXPECT_GE(entry().tasks_at_once(arguments), 100U);
}

INSTANTIATE_TEST_SUITE_P(All, Table, every_model(), name_of);

TEST(Find, ListsAllModels) {
    std::set<std::string_view> names;
    for (const Entry* const entry : table()) EXPECT_TRUE(names.insert(entry->name).second) << entry->name;
    try {
        (void)find("epol");
        FAIL() << "it was found";
    } catch (const std::invalid_argument& error) {
        const std::string message = error.what();
        EXPECT_TRUE(message.starts_with("unknown model 'epol'; there are: ")) << message;
        for (const std::string_view name : names) EXPECT_NE(message.find(name), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace models
