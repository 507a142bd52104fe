#include "bench/harness/case.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "cpus.h"
#include "models/table.h"
#include "workloads/table.h"

namespace bench {
namespace {

// The message of the exception for a wrong name.
std::string refusal(std::string_view name) {
    try {
        return "no exception: " + case_named(name).name();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

// For what the workers of the pool stand; empty: for themselves.
std::string workers_symbol(std::string_view name) {
    const Symbols symbols = case_named(name).symbols;
    const auto found = symbols.find("workers");
    return found != symbols.end() ? found->second : "";
}

TEST(Case, HasItsArgumentsInItsName) {
    EXPECT_EQ(case_named("echo/thread_pool/workers:16/connections:100/payload:64/requests:500/work_us:0").name(),
              "echo/thread_pool/workers:16/connections:100/payload:64/requests:500/work_us:0");
    EXPECT_EQ(case_named("primes/serial/tasks:3/grain_us:4").name(), "primes/serial/tasks:3/grain_us:4");
}

TEST(Case, ArgumentsMayBeLeftOutAndHaveAnyOrder) {
    EXPECT_EQ(case_named("echo/epoll").name(), "echo/epoll/connections:100/payload:64/requests:20000/work_us:0");
    EXPECT_EQ(case_named("echo/epoll/").name(), "echo/epoll/connections:100/payload:64/requests:20000/work_us:0");
    EXPECT_EQ(case_named("echo/process_pool/requests:300/workers:4/payload:2").name(),
              "echo/process_pool/workers:4/connections:100/payload:2/requests:300/work_us:0");
}

TEST(Case, HasAnOptionalArgumentInItsNameOnlyIfItIsChanged) {
    EXPECT_EQ(case_named("park/thread_per_task/tasks:9").name(), "park/thread_per_task/tasks:9");
    EXPECT_EQ(case_named("park/thread_per_task/stack_kib:0/tasks:9").name(), "park/thread_per_task/tasks:9");
    EXPECT_EQ(case_named("park/thread_per_task/stack_kib:64/tasks:9").name(),
              "park/thread_per_task/stack_kib:64/tasks:9");
}

TEST(Case, IsParsedFromItsNameUnchanged) {
    for (const workloads::Entry* const workload : workloads::table()) {
        for (const models::Entry* const model : models::table()) {
            const Case what = make_case(*workload, *model, {tasks::parse_arguments(workload->smoke)}, {}, two_cpus);
            const Case back = case_named(what.name());
            EXPECT_EQ(back.name(), what.name());
            EXPECT_EQ(back.workload, workload);
            EXPECT_EQ(back.model, model);
            EXPECT_EQ(back.arguments, what.arguments);
            EXPECT_EQ(back.model_arguments, what.model_arguments);
        }
    }
}

TEST(Case, SaysWhatIsWrongWithAName) {
    EXPECT_EQ(refusal("echo"), "'echo' is not a case: write workload/model/argument:number/...");
    EXPECT_EQ(refusal(""), "'' is not a case: write workload/model/argument:number/...");
    EXPECT_EQ(refusal("ech/epoll").substr(0, 39), "unknown workload 'ech'; there are: noop");
    EXPECT_EQ(refusal("/epoll").substr(0, 20), "unknown workload '';");
    EXPECT_EQ(refusal("echo/epol").substr(0, 36), "unknown model 'epol'; there are: ser");
    EXPECT_EQ(refusal("echo/").substr(0, 17), "unknown model '';");
    EXPECT_EQ(refusal("echo/epoll/payload"), "'payload' is not an argument: write name:number");
    EXPECT_EQ(refusal("echo/epoll/depth:3"),
              "unknown parameter 'depth'; there are: connections, payload, requests, work_us");
    EXPECT_EQ(refusal("echo/epoll/payload:0"), "argument 'payload' is 0; it goes from 1 to 16777216");
    EXPECT_EQ(refusal("echo/thread_pool/workers:0"), "argument 'workers' is 0; it goes from 1 to 4096");
}

TEST(Case, AServersPoolHasAWorkerForEachConnection) {
    EXPECT_EQ(case_named("echo/thread_pool/connections:30").model_arguments, (tasks::Arguments{{"workers", 30}}));
    EXPECT_EQ(case_named("ping_pong/process_pool/pairs:2").model_arguments, (tasks::Arguments{{"workers", 5}}));
    EXPECT_EQ(case_named("churn/thread_pool/clients:30").model_arguments, (tasks::Arguments{{"workers", 16}}));
    EXPECT_EQ(workers_symbol("echo/thread_pool/connections:30"), "connections");
    EXPECT_EQ(workers_symbol("echo/thread_pool/connections:30/workers:31"), "");
    EXPECT_EQ(workers_symbol("churn/thread_pool/clients:16"), "");
    EXPECT_EQ(workers_symbol("echo/epoll"), "");
    EXPECT_EQ(workers_symbol("ping_pong/thread_pool"), "tasks");
    // More than a pool may have.
    EXPECT_EQ(workers_symbol("echo/thread_pool/connections:10000"), "connections");
    // Not the same number by chance.
    EXPECT_EQ(workers_symbol("echo/epoll_per_core/workers:3/connections:3"), "");
}

TEST(Case, ArgumentsHaveToFitTogether) {
    EXPECT_EQ(refusal("echo/epoll/connections:100/requests:99"),
              "argument 'requests' is 99, the total of all connections; it must be at least 100");
    EXPECT_EQ(refusal("churn/epoll/clients:3/connections:2"),
              "argument 'connections' is 2, the total of all clients; it must be at least 3");
    EXPECT_EQ(refusal("echo/native_epoll/work_us:1"),
              "'native_epoll' is a native control and computes nothing: give it work_us:0");
}

TEST(Case, AModelWithoutWorkersTakesNone) {
    EXPECT_EQ(refusal("echo/epoll/workers:3"),
              "unknown parameter 'workers'; there are: connections, payload, requests, work_us");
}

TEST(Case, ANativeControlRunsOnlyItsWorkload) {
    EXPECT_EQ(case_named("echo/native_epoll/payload:3").name(),
              "echo/native_epoll/connections:100/payload:3/requests:20000/work_us:0");
    EXPECT_EQ(refusal("fetch/native_epoll"),
              "'native_epoll' is a native control and runs only the workload echo (and idle_crowd)");
    EXPECT_EQ(refusal("echo/bare_thread"), "'bare_thread' is a native control and runs only the workload park");
    EXPECT_EQ(refusal("park/bare_onetbb"), "'bare_onetbb' is a native control and runs only the workload noop");
    EXPECT_EQ(refusal("noop/bare_onetbb_join"),
              "'bare_onetbb_join' is a native control and runs only the workload fork_join");
}

TEST(MakeCase, CompletesTheArgumentsOfBoth) {
    const Case what = make_case(workloads::find("primes"), models::find("thread_pool"), {{{"tasks", 5}}}, {}, two_cpus);
    EXPECT_EQ(what.arguments, (tasks::Arguments{{"tasks", 5}, {"grain_us", 100}}));
    EXPECT_EQ(what.model_arguments, (tasks::Arguments{{"workers", 2}}));
    EXPECT_THROW((void)make_case(workloads::find("primes"), models::find("serial"), {}, {{{"workers", 2}}}, two_cpus),
                 std::invalid_argument);
}

}  // namespace
}  // namespace bench
