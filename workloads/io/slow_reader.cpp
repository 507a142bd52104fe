#include "workloads/io/slow_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace workloads {
namespace {

constexpr std::size_t read_bytes = 16 << 10;

class SlowReader final : public tasks::SteppedTask<SlowReader> {
public:
    SlowReader(const AttendantPlace& place, std::size_t client, std::span<const std::byte> answer,
               std::chrono::microseconds pause, std::atomic<std::uint64_t>& answers)
        : SteppedTask{&SlowReader::started},
          place_{place},
          client_{client},
          answer_{answer},
          pause_{pause},
          answers_{answers} {}
    ~SlowReader() override { place_.socket.store(-1); }

    void compute() override { place_.windows.turn(); }

private:
    tasks::Operation started(tasks::Result result) {
        socket_ = open_client_socket(place_.statistics.next_connection(), result);
        if (!socket_) return fail(result);
        place_.socket.store(socket_.get());
        sys::limit_receive_buffer(socket_.get(), slow_buffer_bytes);
        return then(&SlowReader::ready_to_ask, tasks::Connect{socket_.get(), place_.server.native()});
    }
    tasks::Operation ready_to_ask(tasks::Result result) {
        if (result.failed()) return fail(result);
        request_ = {.code = request_code(client_, answers_.load(std::memory_order_relaxed)), .is_large = 1};
        offset_ = 0;
        return then(&SlowReader::ready_to_read, tasks::Send{socket_.get(), std::as_bytes(std::span{&request_, 1})});
    }
    tasks::Operation ready_to_read(tasks::Result result) {
        if (result.failed()) return fail(result);
        const std::size_t most = std::min(buffer_.size(), answer_.size() - offset_);
        return then(&SlowReader::received, tasks::Receive{socket_.get(), std::span{buffer_}.first(most)});
    }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (result.bytes() == 0) return fail({-ECONNRESET});
        if (std::memcmp(buffer_.data(), answer_.data() + offset_, result.bytes()) != 0) return fail({-EBADMSG});
        offset_ += result.bytes();
        if (is_complete()) answers_.fetch_add(1, std::memory_order_relaxed);
        const Windows& windows = place_.windows;
        if (windows.has_ended()) return go_on({});
        // No longer in a window: the participants do not wait for a pause.
        if (!windows.is_open() || windows.is_used_up()) return arrive();
        return then(&SlowReader::go_on, tasks::Sleep{sys::now() + pause_});
    }
    tasks::Operation go_on(tasks::Result result) {
        if (result.failed()) return fail(result);
        turns_ = false;
        if (place_.windows.has_failed()) return tasks::Finish{0};
        if (!is_complete()) return ready_to_read({});
        return place_.windows.has_ended() ? tasks::Finish{0} : ready_to_ask({});
    }

    tasks::Operation arrive() {
        const Windows::Arrival arrival = place_.windows.arrive({});
        gate_ = arrival.gate;
        if (!arrival.last) return await_gate();
        if (place_.waker == nullptr) return then(&SlowReader::turned, tasks::Compute{});
        place_.waker->wake(0);
        return await_gate();
    }
    tasks::Operation await_gate() { return then(&SlowReader::go_on, tasks::Await{static_cast<int>(gate_)}); }
    tasks::Operation turned(tasks::Result) {
        turns_ = true;
        return then(&SlowReader::go_on, tasks::Announce{static_cast<int>(gate_)});
    }

    [[nodiscard]] bool is_complete() const noexcept { return offset_ == answer_.size(); }
    // The others must not wait for this client at a gate.
    tasks::Operation fail(tasks::Result result) {
        place_.statistics.failed(result.error());
        error_ = result.error();
        const std::size_t gate = place_.windows.fail();
        if (!turns_) gate_ = gate;
        if (place_.waker != nullptr) place_.waker->wake_all();
        return then(&SlowReader::others_told, tasks::Announce{static_cast<int>(gate_)});
    }
    tasks::Operation others_told(tasks::Result) { return tasks::Finish{0, error_}; }

    AttendantPlace place_;
    std::size_t client_;
    std::span<const std::byte> answer_;
    std::chrono::microseconds pause_;
    std::atomic<std::uint64_t>& answers_;
    sys::UniqueFd socket_;
    AnswerRequest request_{};
    std::array<std::byte, read_bytes> buffer_;
    std::size_t offset_ = 0;  // in the answer
    std::size_t gate_ = 0;
    bool turns_ = false;  // a gate has turned, and the others still wait there
    int error_ = 0;
};

}  // namespace

std::unique_ptr<tasks::Task> make_slow_reader(const AttendantPlace& place, std::size_t client,
                                              std::span<const std::byte> answer, std::chrono::microseconds pause,
                                              std::atomic<std::uint64_t>& answers) {
    return std::make_unique<SlowReader>(place, client, answer, pause, answers);
}

}  // namespace workloads
