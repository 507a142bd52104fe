#include "workloads/io/shard_waker.h"

#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "sys/check.h"

namespace workloads {
namespace {

class GateWatcher final : public tasks::SteppedTask<GateWatcher> {
public:
    GateWatcher(Shard shard, Windows& windows, const ShardWaker& waker)
        : SteppedTask{&GateWatcher::wait}, shard_{shard}, windows_{windows}, waker_{waker} {}

    void compute() override { windows_.turn(); }

private:
    tasks::Operation wait(tasks::Result) {
        return then(&GateWatcher::woken, tasks::Receive{waker_.socket(shard_.index), received_});
    }
    // Looks at the windows only when it was woken: while a gate turns, they are not to be looked at.
    tasks::Operation woken(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (windows_.has_failed() || windows_.turned() > gate_) return announce();
        if (shard_.index == 0 && windows_.all_arrived()) return then(&GateWatcher::turned, tasks::Compute{});
        return wait(result);
    }
    tasks::Operation turned(tasks::Result) {
        waker_.wake_others(shard_.index);
        return announce();
    }
    // The clients of this shard wait at this gate, or will find it announced.
    tasks::Operation announce() { return then(&GateWatcher::announced, tasks::Announce{static_cast<int>(gate_++)}); }
    tasks::Operation announced(tasks::Result result) {
        const bool ended = windows_.has_failed() || windows_.has_ended();
        return ended ? then(&GateWatcher::end_announced, tasks::Announce{end_event(windows_)}) : wait(result);
    }
    tasks::Operation end_announced(tasks::Result) { return tasks::Finish{0}; }

    Shard shard_;
    Windows& windows_;
    const ShardWaker& waker_;
    std::size_t gate_ = 0;  // the next one to announce
    std::array<std::byte, 64> received_{};
};

}  // namespace

ShardWaker::ShardWaker(std::size_t shards) {
    for (std::size_t shard = 0; shard < shards; ++shard) {
        std::array<int, 2> ends{};
        sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), "socketpair");
        sockets_.push_back({sys::UniqueFd{ends[0]}, sys::UniqueFd{ends[1]}});
    }
}

void ShardWaker::wake(std::size_t shard) const noexcept {
    const std::byte any{};
    // If the socket is full, its shard will wake without this byte.
    (void)::send(sockets_[shard].sender.get(), &any, sizeof any, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ShardWaker::wake_all() const noexcept {
    for (std::size_t shard = 0; shard < sockets_.size(); ++shard) wake(shard);
}

void ShardWaker::wake_others(std::size_t than) const noexcept {
    for (std::size_t shard = 0; shard < sockets_.size(); ++shard) {
        if (shard != than) wake(shard);
    }
}

std::unique_ptr<tasks::Task> make_gate_watcher(Shard shard, Windows& windows, const ShardWaker& waker) {
    return std::make_unique<GateWatcher>(shard, windows, waker);
}

}  // namespace workloads
