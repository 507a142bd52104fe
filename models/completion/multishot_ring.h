#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "models/completion/ring.h"
#include "models/loop/object_pool.h"
#include "models/loop/touched_descriptors.h"

namespace models {

class MultishotRing;

// A request that the kernel answers many times: accept on a listener, or receive on a stream. Arrivals (connections,
// bytes) stay here until a task takes them.
class Multishot final : public Completion {
public:
    enum class Kind { accept, receive };

    explicit Multishot(MultishotRing& ring) : ring_{ring} {}

    // Serves a descriptor from open() to close(). Call close() before the descriptor is closed.
    void open(Kind kind, int descriptor);
    void close();

    // Takes the first arrival, if there is one: a descriptor, as many bytes as fit into `into`, or the request's error.
    [[nodiscard]] bool next(std::span<std::byte> into, tasks::Result& result);
    // Call it if next() found nothing. The continuation is resumed when something has arrived, when the kernel had no
    // buffer for it, or when the request has ended: next() may then find nothing again.
    void wait(Continuation& continuation);
    // A resumed continuation calls it before it calls next().
    void count_answered() noexcept { --resumed_; }
    // True if a continuation waits, or was resumed and has not called next() yet.
    [[nodiscard]] bool waited_for() const noexcept { return !continuations_.empty() || resumed_ > 0; }
    // True if the task must receive into its own buffer, for one of two reasons: the last request failed because the
    // kernel had no free buffer (true only once: the call clears this), or a new request would fail so now.
    [[nodiscard]] bool needs_own_buffer() noexcept;

private:
    static constexpr int no_buffer = -1;
    struct Arrival {
        int value;
        int buffer;
        std::size_t taken = 0;  // bytes of the buffer that tasks have taken
    };

    void complete(int value, unsigned flags) override;
    void arm();
    [[nodiscard]] std::size_t take_bytes(std::span<std::byte> into);
    void drop_first();
    void resume_first();

    MultishotRing& ring_;
    Kind kind_ = Kind::accept;
    int descriptor_ = -1;
    bool armed_ = false;
    bool lacked_a_buffer_ = false;
    std::vector<Arrival> arrivals_;  // those before first_ were taken
    std::size_t first_ = 0;
    std::vector<Continuation*> continuations_;  // one on a stream, any number on a listener
    std::size_t resumed_ = 0;                   // continuations that were resumed and have not called next() yet
};

// A ring as io_uring's authors recommend it for a server. It belongs to one thread, which does the kernel's deferred
// work only when it waits (IORING_SETUP_SINGLE_ISSUER and DEFER_TASKRUN, Linux 6.1). Listeners and streams have
// multishot requests, and the kernel picks a buffer for received data from a ring of buffers. Only the thread that made
// it may use it.
class MultishotRing : public Ring {
public:
    // As Ring. `loops`: how many loops share the listeners of the job, each with a ring; it is not 0.
    explicit MultishotRing(std::size_t completions, std::size_t loops = 1);
    ~MultishotRing();

    [[nodiscard]] Multishot& of(Multishot::Kind kind, int descriptor);
    // Call it before the descriptor is closed: the socket stays open until the kernel has released its request. A
    // listener for which other tasks wait is kept.
    void forget(int descriptor);

    [[nodiscard]] const std::byte* buffer(int number) const noexcept;
    // Whether a request may accept all connections of a listener. Where loops share it, a request accepts one: no loop
    // may take a connection for which a task of another loop waits.
    [[nodiscard]] bool accepts_ahead() const noexcept { return loops_ == 1; }
    // The kernel has filled a buffer; a task gives it back.
    void count_filled() noexcept { --free_buffers_; }
    void give_back(int number) noexcept;
    [[nodiscard]] bool has_buffers() const noexcept { return free_buffers_ > 0; }

    static constexpr unsigned group = 0;
    static constexpr unsigned setup_flags =
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;

    // As completions_at_once(): beside a task's own operation its multishot request may complete. (What else arrives
    // meanwhile is at most what the ring of buffers holds.)
    [[nodiscard]] static std::size_t completions_for(const tasks::Demand& demand) noexcept {
        return 2 * completions_at_once(demand);
    }
    // Real memory of the buffers of each of so many loops.
    [[nodiscard]] static std::size_t memory_of_each(std::size_t loops) noexcept {
        return buffers_for(loops) * buffer_bytes;
    }

private:
    // Enough for a thousand requests at once, and a large request needs few buffers. Loops divide the connections among
    // them, and so the buffers.
    static constexpr unsigned buffers_of_all = 1024;
    static constexpr unsigned buffers_least = 32;
    static constexpr std::size_t buffer_bytes = std::size_t{32} * 1024;
    [[nodiscard]] static unsigned buffers_for(std::size_t loops) noexcept;

    struct Unmapped {
        std::size_t bytes;
        void operator()(io_uring_buf_ring* mapped) const noexcept;
    };
    std::size_t loops_;
    unsigned buffers_;  // a power of two
    std::unique_ptr<io_uring_buf_ring, Unmapped> ring_of_buffers_;
    std::size_t free_buffers_ = 0;  // buffers that the kernel can fill
    std::unique_ptr<std::byte[]> memory_;
    ObjectPool<Multishot> multishots_;
    std::vector<Multishot*> by_descriptor_;
};

// Like RingOperation, but accept and receive take the arrivals of a multishot request.
class MultishotOperation : private RingOperation {
public:
    explicit MultishotOperation(MultishotRing& ring) : RingOperation{ring}, multishots_{&ring} {}

    template <TaskSpawner Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, CarriedTask& carried, Spawner& spawner) {
        if (const auto* const accept = std::get_if<tasks::Accept>(&operation);
            accept != nullptr && multishots_->accepts_ahead()) {
            return take_from(Multishot::Kind::accept, accept->listener, {}, carried);
        }
        if (const auto* const receive = std::get_if<tasks::Receive>(&operation)) {
            return take_from(Multishot::Kind::receive, receive->socket, receive->into, carried);
        }
        from_ = nullptr;
        return RingOperation::start(operation, carried, spawner);
    }
    [[nodiscard]] bool go_on(Continuation& continuation) {
        if (from_ == nullptr) return RingOperation::go_on(continuation);
        from_->count_answered();
        return take(continuation);
    }
    [[nodiscard]] tasks::Result result() const noexcept { return from_ != nullptr ? result_ : RingOperation::result(); }
    void forget_descriptors() {
        touched_.for_each([this](int descriptor) { multishots_->forget(descriptor); });
    }

private:
    bool take_from(Multishot::Kind kind, int descriptor, std::span<std::byte> into, Continuation& continuation);
    bool take(Continuation& continuation);

    MultishotRing* multishots_;
    Multishot* from_ = nullptr;
    int descriptor_ = -1;
    std::span<std::byte> into_;
    tasks::Result result_;
    TouchedDescriptors touched_;
};

}  // namespace models
