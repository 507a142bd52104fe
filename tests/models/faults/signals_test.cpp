// Signals interrupt the system calls of every carrier, again and again.
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "faults/fault_test.h"
#include "sys/child_process.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"
#include "sys/tcp.h"

namespace models {
namespace {

using std::chrono::milliseconds;
using tasks::Finish;
using tasks::Operation;
using tasks::Result;

// Sends a signal to every thread of a process and of its descendants, but not to the caller.
void signal_all(pid_t process) {
    if (process == ::getpid()) return;
    const std::string folder = "/proc/" + std::to_string(process) + "/task";
    std::error_code gone;
    for (const auto& thread : std::filesystem::directory_iterator{folder, gone}) {
        const pid_t number = static_cast<pid_t>(std::stol(thread.path().filename().string()));
        std::ifstream children{thread.path() / "children"};
        for (pid_t child = 0; children >> child;) signal_all(child);
        ::syscall(SYS_tgkill, process, number, SIGUSR1);
    }
}

class SignalStorm : public FaultTest {
protected:
    static constexpr int rounds = 150;

    void SetUp() override {
        FaultTest::SetUp();
        // Without SA_RESTART. Children inherit it.
        struct sigaction action {};
        action.sa_handler = [](int) {};
        sys::check(::sigaction(SIGUSR1, &action, &action_before_), "sigaction");
    }
    void TearDown() override {
        FaultTest::TearDown();
        ::sigaction(SIGUSR1, &action_before_, nullptr);
    }
    // A process, because a model may fork only while no other thread runs. For the same reason it is made before the
    // model, and waits until it is let go.
    sys::ChildProcess make_storm() const {
        return sys::ChildProcess::fork([this, test = ::getpid()] {
            let_go_->wait();
            for (int round = 0; round < rounds; ++round) {
                signal_all(test);
                sys::sleep_until(sys::now() + milliseconds{1});
            }
        });
    }

    void let_go() const { let_go_->post(); }

private:
    struct sigaction action_before_ {};
    sys::Shared<sys::Semaphore> let_go_;
};
class SignalStormOfTwo : public SignalStorm {};

TEST_P(SignalStorm, EndsNoSleepEarlyAndNoTask) {
    ASSERT_EQ(outcome_of(entry(), Fault::signals), outcome::works);
    sys::ChildProcess storm = make_storm();
    Running running{entry(), 4, [](std::size_t) {
                        return make_task([naps = 0, until = sys::TimePoint{}](Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            if (naps > 0 && sys::now() < until) return Finish{0, -ETIME};
                            if (++naps == 5) return Finish{5};
                            until = sys::now() + milliseconds{2};
                            return tasks::Sleep{until};
                        });
                    }};
    let_go();
    while (!storm.try_wait()) running.run_and_expect([](std::size_t) { return 5; });
    EXPECT_EQ(sys::describe_exit(storm.wait()), "");
}

// Accept, connect, receive and send, with waits in each direction.
TEST_P(SignalStormOfTwo, BreaksNoConnection) {
    constexpr int round_trips = 30;
    const sys::UniqueFd listener = sys::listen_on({}, 4);
    const sockaddr_in address = sys::local_endpoint(listener.get()).native();
    struct Talk {
        sys::UniqueFd socket;
        std::array<std::byte, 1> byte{};
        int step = 0;
    };
    const auto make_server = [&] {
        return make_task([&listener, talk = Talk{}](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            if (talk.step == 0) return ++talk.step, Operation{tasks::Accept{listener.get()}};
            if (talk.step == 1) talk.socket = sys::UniqueFd{result.descriptor()};
            // The client has closed.
            if (talk.step % 3 == 2 && result.value == 0) return Finish{round_trips};
            switch (talk.step++ % 3) {
                case 1: return tasks::Receive{talk.socket.get(), talk.byte};
                case 2: return tasks::Sleep{sys::now() + milliseconds{1}};
                default: return tasks::Send{talk.socket.get(), talk.byte};
            }
        });
    };
    const auto make_client = [&] {
        return make_task([address, talk = Talk{}](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            if (talk.step++ == 0) {
                talk.socket = sys::tcp_socket();
                return tasks::Connect{talk.socket.get(), address};
            }
            if (talk.step == 2 * round_trips + 2) return Finish{round_trips};
            return talk.step % 2 == 0 ? Operation{tasks::Send{talk.socket.get(), talk.byte}}
                                      : Operation{tasks::Receive{talk.socket.get(), talk.byte}};
        });
    };
    sys::ChildProcess storm = make_storm();
    Running running{entry(), 2, [&](std::size_t index) { return index == 0 ? make_server() : make_client(); }};
    let_go();
    while (!storm.try_wait()) running.run_and_expect([](std::size_t) { return round_trips; });
    EXPECT_EQ(sys::describe_exit(storm.wait()), "");
}

INSTANTIATE_TEST_SUITE_P(All, SignalStorm, every_model(), name_of);
INSTANTIATE_TEST_SUITE_P(All, SignalStormOfTwo, models_that(runs_two_at_once), name_of);

}  // namespace
}  // namespace models
