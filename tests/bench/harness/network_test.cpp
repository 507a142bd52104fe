// The peer cannot connect, or the model cannot: the case ends at once with the errno.
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "bench/harness/harness.h"
#include "models/table.h"
#include "odd_echo.h"
#include "odd_workload.h"
#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/first_text.h"
#include "sys/shared_memory.h"
#include "sys/tcp.h"

namespace bench {
namespace {

constexpr std::chrono::hours patience{1};

std::string ending_of(const Case& what) {
    try {
        Harness harness{what, cpu_plan(), 1, patience};
        if (!harness.support()) return "skipped: " + harness.support().reason;
        harness.prepare();
        harness.before_run();
        harness.run();
        return harness.after_run().reason;
    } catch (const std::exception& error) {
        return error.what();
    }
}

// How the case ends in a process that is alone in a network, which `prepare` prepares. Nullopt if there is no such
// network here.
std::optional<std::string> ending_in_network(const std::function<void()>& prepare, const Case& what) {
    constexpr int no_network = 77;
    const sys::Shared<sys::FirstText> ending;
    sys::ChildProcess child = sys::ChildProcess::fork([&] {
        if (::unshare(CLONE_NEWNET) == -1 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1) ::_exit(no_network);
        try {
            prepare();
        } catch (const std::exception&) {
            ::_exit(no_network);
        }
        ending->write(ending_of(what));
        if (::waitpid(-1, nullptr, WNOHANG) != -1) ::_exit(3);
    });
    const int status = child.wait();
    if (WIFEXITED(status) && WEXITSTATUS(status) == no_network) return std::nullopt;
    EXPECT_EQ(sys::describe_exit(status), "") << "3: a child process is left";
    return ending->read();
}

class Network : public testing::TestWithParam<const models::Entry*> {};

TEST_P(Network, WithoutLoopbackEndsTheCaseWithTheErrno) {
    for (const Usual usual : {Usual::echo, Usual::churn, Usual::fetch}) {
        const Case what = odd_case(workloads::find(to_string(usual)), *GetParam(), 3);
        const auto ending = ending_in_network([] {}, what);
        if (!ending) GTEST_SKIP() << "this process may not make a network namespace";
        EXPECT_NE(ending->find("Network is unreachable"), std::string::npos) << what.name() << ": " << *ending;
    }
}

void bring_loopback_up_with_four_ports() {
    const sys::UniqueFd socket = sys::tcp_socket();
    ifreq request{};
    std::string_view{"lo"}.copy(request.ifr_name, 2);
    request.ifr_flags = IFF_UP;
    sys::check(::ioctl(socket.get(), SIOCSIFFLAGS, &request), "ioctl(SIOCSIFFLAGS)");
    std::ofstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
    if (!(range << "40000 40003" << std::flush)) throw std::runtime_error{"cannot set the range of ports"};
}

TEST_P(Network, WithoutFreePortsEndsTheCaseWithTheErrno) {
    for (const Usual usual : {Usual::echo, Usual::fetch}) {
        const Case what = odd_case(workloads::find(to_string(usual)), *GetParam(), 10);
        // It keeps one connection, or has one at a time, in ports that are free again.
        if (GetParam()->name == "serial") GTEST_SKIP() << "one connection needs no more ports";
        const auto ending = ending_in_network(bring_loopback_up_with_four_ports, what);
        if (!ending) GTEST_SKIP() << "this process may not make a network namespace";
        EXPECT_NE(ending->find("Cannot assign requested address"), std::string::npos) << what.name() << ": " << *ending;
    }
}

// The second connection is accepted with the given error instead, or no carrier is found for its handler.
template <bool accepts>
class FailingAcceptor final : public tasks::Task {
public:
    explicit FailingAcceptor(std::unique_ptr<tasks::Task> usual) : usual_{std::move(usual)} {}
    tasks::Operation resume(tasks::Result result) override {
        if (accepting_ && !accepts && ++accepted_ == 1) {
            const sys::UniqueFd dropped{result.failed() ? -1 : result.descriptor()};
            result = {-EMFILE};
        }
        tasks::Operation next = usual_->resume(result);
        accepting_ = std::holds_alternative<tasks::Accept>(next);
        if (accepts && std::holds_alternative<tasks::Spawn>(next)) {
            next = tasks::Operation{tasks::Yield{}};
            next = usual_->resume({-EAGAIN});
        }
        return next;
    }

private:
    std::unique_ptr<tasks::Task> usual_;
    bool accepting_ = false;
    int accepted_ = 0;
};
template <bool accepts>
class WithFailingAcceptors final : public OddWorkload {
public:
    using OddWorkload::OddWorkload;
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<FailingAcceptor<accepts>>(OddWorkload::make(index));
    }
};

TEST_P(Network, AnAcceptorThatFailsEndsTheCaseWithTheErrno) {
    for (const Usual usual : {Usual::echo, Usual::churn}) {
        EXPECT_EQ(ending_of(odd_case(odd_entry<WithFailingAcceptors<false>>(usual), *GetParam(), 3)),
                  "a connection could not be accepted: Too many open files")
            << to_string(usual);
        EXPECT_EQ(ending_of(odd_case(odd_entry<WithFailingAcceptors<true>>(usual), *GetParam(), 3)),
                  "a connection could not be accepted: Resource temporarily unavailable")
            << to_string(usual);
    }
}

INSTANTIATE_TEST_SUITE_P(All, Network, testing::ValuesIn(models::table().begin(), models::table().end()),
                         [](const auto& model) { return std::string{model.param->name}; });

}  // namespace
}  // namespace bench
