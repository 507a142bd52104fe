// Servers whose loops or workers each accept connections.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "bench/harness/harness.h"
#include "cpus.h"
#include "models/table.h"
#include "workloads/table.h"

namespace bench {
namespace {

constexpr std::int64_t workers = 8;

std::vector<const models::Entry*> models_with_several_acceptors() {
    std::vector<const models::Entry*> found;
    for (const models::Entry* const model : models::table()) {
        const bool is_pool =
            std::ranges::find(model->parameters, "workers", &tasks::Parameter::name) != model->parameters.end();
        if (is_pool && model->acceptors({{"workers", workers}}) > 1) found.push_back(model);
    }
    return found;
}

class SeveralAcceptors : public testing::TestWithParam<const models::Entry*> {
protected:
    // Runs the case three times, and expects that its acceptors took so many connections in each.
    static void run(std::string_view workload, const tasks::Arguments& arguments, std::uint64_t connections) {
        Harness harness{
            make_case(workloads::find(workload), *GetParam(), {arguments}, {{{"workers", workers}}}, two_cpus),
            cpu_plan()};
        ASSERT_TRUE(harness.support()) << harness.support().reason;
        harness.prepare();
        for (int run = 0; run < 3; ++run) {
            harness.before_run();
            harness.run();
            const workloads::Verdict verdict = harness.after_run();
            ASSERT_TRUE(verdict) << "run " << run << ": " << verdict.reason;
            const std::vector<std::uint64_t> accepted = harness.workload().connections_by_acceptor();
            EXPECT_EQ(accepted.size(), GetParam()->acceptors({{"workers", workers}}));
            EXPECT_EQ(std::accumulate(accepted.begin(), accepted.end(), std::uint64_t{0}), connections);
        }
    }
};

// Most of them get no connection, and end all the same.
TEST_P(SeveralAcceptors, MayBeMoreThanThereAreConnections) { run("echo", {{"connections", 3}, {"requests", 30}}, 3); }

TEST_P(SeveralAcceptors, ShareTheConnectionsThatClientsMakeOneAfterAnother) {
    run("churn", {{"clients", 4}, {"connections", 60}}, 60);
}

INSTANTIATE_TEST_SUITE_P(All, SeveralAcceptors, testing::ValuesIn(models_with_several_acceptors()),
                         [](const auto& entry) { return std::string{entry.param->name}; });

TEST(ModelsWithSeveralAcceptors, AreThoseOfPreforkedWorkersAndOfLoops) {
    std::vector<std::string_view> names;
    for (const models::Entry* const model : models_with_several_acceptors()) names.push_back(model->name);
    for (const std::string_view name :
         {"blocking_accept", "process_pool", "epoll_per_core", "reuseport_per_core", "prefork_epoll"}) {
        EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
    }
}

}  // namespace
}  // namespace bench
