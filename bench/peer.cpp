#include "bench/peer.h"

#include <algorithm>
#include <chrono>

#include "models/table.h"
#include "tasks/ledger.h"

namespace bench {

Peer::Peer(std::unique_ptr<workloads::Workload> workload, const sys::CpuSet& cpus) {
    child_ = sys::ChildProcess::fork([&] { serve(*workload, cpus, *board_); });
}

void Peer::serve(workloads::Workload& workload, const sys::CpuSet& cpus, Board& board) {
    sys::set_affinity(cpus);
    tasks::Ledger ledger{workload.size()};
    const auto model = models::find("epoll").make(workload, ledger, {});
    for (;;) {
        board.start.wait();
        ledger.clear();
        model->run();
        const std::string reason = workload.verify(ledger).reason;
        const std::size_t length = std::min(reason.size(), board.reason.size() - 1);
        std::copy_n(reason.begin(), length, board.reason.begin());
        board.reason[length] = '\0';
        board.usage = sys::own_usage();
        board.done.post();
    }
}

workloads::Verdict Peer::finish() {
    // The model's side is done and right, so that only the peer's last steps are left; unless it has died, which is
    // looked after now and then.
    constexpr std::chrono::milliseconds slice{200};
    const sys::TimePoint deadline = sys::now() + std::chrono::seconds{10};
    while (!board_->done.wait_until(std::min(deadline, sys::now() + slice))) {
        if (const auto status = child_->try_wait()) {
            return workloads::Verdict::invalid("the peer ended with " + sys::describe_exit(*status));
        }
        if (sys::now() >= deadline) return workloads::Verdict::invalid("the peer did not come to its end");
    }
    const std::string reason{board_->reason.data()};
    return reason.empty() ? workloads::Verdict::valid() : workloads::Verdict::invalid("peer: " + reason);
}

}  // namespace bench
