// A thread or a process cannot be had.
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>

#include "faults/fault_test.h"
#include "sys/child_process.h"
#include "sys/first_text.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

// From now on this process is the only one of its user, who may have `most` processes and threads. (Root is spared the
// limit.)
void become_a_user_with(rlim_t most) {
    const auto user = static_cast<uid_t>(1'000'000 + ::getpid());
    sys::check(::setgroups(0, nullptr), "setgroups");
    sys::check(::setresgid(user, user, user), "setresgid");
    const rlimit limit{most, most};
    sys::check(::setrlimit(RLIMIT_NPROC, &limit), "setrlimit");
    sys::check(::setresuid(user, user, user), "setresuid");
    // Otherwise /proc/self would belong to root.
    sys::check(::prctl(PR_SET_DUMPABLE, 1), "prctl(PR_SET_DUMPABLE)");
}

class MissingCarrier : public FaultTest {
protected:
    // Four tasks; those of a model that starts carriers wait for the last one.
    static std::unique_ptr<tasks::Task> make(std::size_t index) {
        if (!starts_carriers(entry())) return make_finished(1);
        return make_task([index, asked = false](Result) mutable -> Operation {
            if (std::exchange(asked, true)) return Finish{1};
            return index == 3 ? Operation{tasks::Announce{0}} : Operation{tasks::Await{0}};
        });
    }
    void expect_that_it_ends(rlim_t most, Fault fault) {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can become a user who has no other processes";
        const sys::Shared<sys::FirstText> thrown;
        sys::ChildProcess child = sys::ChildProcess::fork([&] {
            become_a_user_with(most);
            Held before = held_now();
            thrown->write(message_of([&] { Running{entry(), 4, make, with_workers(4)}.run(); }));
            // oneTBB keeps its threads.
            if (entry().name == "work_stealing") before.threads = held_now().threads;
            if (const Held after = held_finally(before); after != before) {
                std::cerr << "left: " << after << "\nbefore: " << before << '\n';
                ::_exit(3);
            }
        });
        EXPECT_EQ(sys::describe_exit(child.wait()), "") << "3: something is left";
        EXPECT_TRUE(thrown->is_there());
        if (outcome_of(entry(), fault) == outcome::none_needed) {
            EXPECT_EQ(thrown->read(), "");
        } else {
            EXPECT_EQ(outcome_of(entry(), fault), outcome::refused);
            EXPECT_NE(thrown->read().find("Resource temporarily unavailable"), std::string::npos) << thrown->read();
        }
    }
};

TEST_P(MissingCarrier, EndsTheRunIfItIsTheFirst) { expect_that_it_ends(1, Fault::no_first_carrier); }
TEST_P(MissingCarrier, EndsTheRunIfOthersWaitAlready) { expect_that_it_ends(3, Fault::no_further_carrier); }

INSTANTIATE_TEST_SUITE_P(All, MissingCarrier, every_model(), name_of);

}  // namespace
}  // namespace models
