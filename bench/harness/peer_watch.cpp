#include "bench/harness/peer_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "sys/check.h"

namespace bench {
namespace {

void wait_for_an_end(std::vector<pollfd>& ends) {
    while (::poll(ends.data(), ends.size(), -1) == -1) {
        if (errno != EINTR) sys::check(-1, "poll");
    }
}

}  // namespace

sys::UniqueFd PeerWatch::add() {
    std::array<int, 2> ends{};
    sys::check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    ends_.emplace_back(ends[0]);
    return sys::UniqueFd{ends[1]};
}

void PeerWatch::start(std::vector<pid_t> peers, const sys::CpuSet& cpus, const std::function<void()>& end_run) {
    process_ = sys::ChildProcess::fork([&] {
        sys::set_affinity(cpus);
        std::vector<pollfd> ends;
        for (const sys::UniqueFd& end : ends_) ends.push_back({end.get(), 0, 0});
        wait_for_an_end(ends);
        const auto ended = std::ranges::find_if(ends, [](const pollfd& end) { return end.revents != 0; });
        ended_->store(static_cast<std::size_t>(ended - ends.begin()) + 1);
        // Nobody has reaped them yet, so the numbers are still theirs.
        for (std::size_t i = 0; i < peers.size(); ++i) {
            if (ends[i].revents == 0) ::kill(peers[i], SIGKILL);
        }
        end_run();
        // Its own end is the harness's business.
        for (;;) ::pause();
    });
    ends_.clear();
}

}  // namespace bench
