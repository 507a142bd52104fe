#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "models/completion/ring.h"
#include "models/loop/touched_descriptors.h"

namespace models {

class MultishotRing;

// A request that the kernel answers again and again: accept on a listener, or receive on a stream. What has come waits
// here until a task asks for it.
class Multishot final : public Completion {
public:
    enum class Kind { accept, receive };

    explicit Multishot(MultishotRing& ring) : ring_{ring} {}

    // Begins with a descriptor; release() ends with it, while it is still open.
    void take(Kind kind, int descriptor);
    void release();

    // What has come first, if anything has: a descriptor, or as many bytes as `into` takes, or how the request failed.
    [[nodiscard]] bool next(std::span<std::byte> into, tasks::Result& result);
    // Nothing has come: wakes the continuation when something has, or when the kernel had no buffer for it.
    void wait(Continuation& continuation);
    // To be called by each whom this has woken, before it asks again.
    void heard() noexcept { --woken_; }
    // Others wait, or have been woken and not asked yet.
    [[nodiscard]] bool waited_for() const noexcept { return !continuations_.empty() || woken_ > 0; }
    // Once after the kernel has found no buffer; and as long as there is none that it could find, if asked.
    [[nodiscard]] bool lacks_a_buffer() noexcept;

private:
    static constexpr int no_buffer = -1;
    struct Arrival {
        int value;
        int buffer;
        std::size_t taken = 0;  // of the bytes in the buffer
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
    std::vector<Arrival> arrivals_;  // from first_ on
    std::size_t first_ = 0;
    std::vector<Continuation*> continuations_;  // one, or several on a listener
    std::size_t woken_ = 0;
};

// A ring as its makers recommend it for a server: for one thread, which runs the kernel's deferred work when it waits
// and at no other time (IORING_SETUP_SINGLE_ISSUER and DEFER_TASKRUN, Linux 6.1); listeners and streams with requests
// that stay; and a ring of buffers for what is received, lent to the kernel. To be used by the thread that made it.
class MultishotRing : public Ring {
public:
    MultishotRing();
    ~MultishotRing();

    [[nodiscard]] Multishot& of(Multishot::Kind kind, int descriptor);
    // To be called before the descriptor is closed: until the kernel has let go of it, it would stay open. A listener
    // for which others wait is kept.
    void forget(int descriptor);

    [[nodiscard]] const std::byte* buffer(int number) const noexcept;
    // The kernel has filled one, or gets it again.
    void taken() noexcept { --lent_; }
    void give_back(int number) noexcept;
    [[nodiscard]] bool any_lent() const noexcept { return lent_ > 0; }

    static constexpr unsigned group = 0;
    static constexpr unsigned setup_flags =
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;

private:
    // A thousand requests at once find room, and a large one comes in few of them; of each no more memory is real than
    // has ever been filled.
    static constexpr unsigned buffers = 1024;
    static constexpr std::size_t buffer_bytes = std::size_t{32} * 1024;

    struct Unmapped {
        void operator()(io_uring_buf_ring* mapped) const noexcept;
    };
    std::unique_ptr<io_uring_buf_ring, Unmapped> ring_of_buffers_;
    std::size_t lent_ = 0;  // buffers that the kernel has
    std::unique_ptr<std::byte[]> memory_;
    std::deque<Multishot> all_;  // never moved: the kernel points to them
    std::vector<Multishot*> free_;
    std::vector<Multishot*> by_descriptor_;
};

// As a RingOperation, but that accept and receive take what a standing request has brought.
class MultishotOperation : private RingOperation {
public:
    explicit MultishotOperation(MultishotRing& ring) : RingOperation{ring}, multishots_{&ring} {}

    template <class Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Continuation& continuation,
                             Spawner& spawner) {
        if (const auto* const accept = std::get_if<tasks::Accept>(&operation)) {
            return take_from(Multishot::Kind::accept, accept->listener, {}, continuation);
        }
        if (const auto* const receive = std::get_if<tasks::Receive>(&operation)) {
            return take_from(Multishot::Kind::receive, receive->socket, receive->into, continuation);
        }
        from_ = nullptr;
        return RingOperation::start(operation, task, continuation, spawner);
    }
    [[nodiscard]] bool go_on(Continuation& continuation) {
        if (from_ == nullptr) return RingOperation::go_on(continuation);
        from_->heard();
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
