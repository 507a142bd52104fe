#include "models/completion/multishot_ring.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace models {
namespace {

// The kernel takes the buffers in turn, so a server would meet new pages in its first thousand receives. In a virtual
// machine with shadow page tables each of them costs about 6 us twice: at our first access, and at the kernel's. So
// both write to the memory once, before a run.
void use_once(std::span<std::byte> memory) {
    std::ranges::fill(memory, std::byte{0});
    const sys::UniqueFd zeros{sys::check(::open("/dev/zero", O_RDONLY | O_CLOEXEC), "open /dev/zero")};
    while (!memory.empty()) {
        const ssize_t count = ::read(zeros.get(), memory.data(), memory.size());
        if (count == -1 && errno == EINTR) continue;
        memory = memory.subspan(static_cast<std::size_t>(sys::check(count, "read /dev/zero")));
    }
}

}  // namespace

void Multishot::open(Kind kind, int descriptor) {
    kind_ = kind;
    descriptor_ = descriptor;
    lacked_a_buffer_ = false;
}

void Multishot::close() {
    if (armed_) ring_.cancel(*this, armed_);
    for (; first_ < arrivals_.size(); ++first_) {
        const Arrival& arrival = arrivals_[first_];
        if (arrival.buffer != no_buffer) ring_.give_back(arrival.buffer);
        // Closes a connection that no task has accepted.
        if (kind_ == Kind::accept) sys::UniqueFd{arrival.value}.reset();
    }
    arrivals_.clear();
    first_ = 0;
    for (std::size_t i = 0; i < continuations_.size(); ++i) ring_.remove_waiting();
    continuations_.clear();
    resumed_ = 0;
}

void Multishot::arm() {
    ring_.submit(*this, [this](io_uring_sqe& entry) {
        if (kind_ == Kind::accept) {
            ::io_uring_prep_multishot_accept(&entry, descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
        } else {
            ::io_uring_prep_recv_multishot(&entry, descriptor_, nullptr, 0, 0);
            entry.flags |= IOSQE_BUFFER_SELECT;
            entry.buf_group = MultishotRing::group;
        }
    });
    armed_ = true;
}

void Multishot::wait(Continuation& continuation) {
    if (!armed_) arm();
    ring_.add_waiting();
    continuations_.push_back(&continuation);
}

void Multishot::complete(int value, unsigned flags) {
    armed_ = (flags & IORING_CQE_F_MORE) != 0;
    lacked_a_buffer_ = kind_ == Kind::receive && value == -ENOBUFS;
    if (!lacked_a_buffer_) {
        const bool has_buffer = (flags & IORING_CQE_F_BUFFER) != 0;
        if (has_buffer) ring_.count_filled();
        arrivals_.push_back({value, has_buffer ? static_cast<int>(flags >> IORING_CQE_BUFFER_SHIFT) : no_buffer});
    }
    if (!continuations_.empty()) resume_first();
    // The request has ended: all continuations are resumed, and a task that finds nothing makes a new request.
    while (!armed_ && !continuations_.empty()) resume_first();
}

bool Multishot::needs_own_buffer() noexcept {
    if (std::exchange(lacked_a_buffer_, false)) return true;
    return kind_ == Kind::receive && !armed_ && !ring_.has_buffers();
}

void Multishot::resume_first() {
    ring_.remove_waiting();
    ring_.post(*continuations_.front());
    continuations_.erase(continuations_.begin());
    ++resumed_;
}

bool Multishot::next(std::span<std::byte> into, tasks::Result& result) {
    if (first_ == arrivals_.size()) return false;
    result = {arrivals_[first_].value};
    if (kind_ == Kind::receive && result.value > 0) {
        result = {static_cast<std::int64_t>(take_bytes(into))};
    } else {
        drop_first();
    }
    return true;
}

// Takes from as many arrivals as there are: a large request should reach the task in one piece.
std::size_t Multishot::take_bytes(std::span<std::byte> into) {
    std::size_t taken = 0;
    while (first_ < arrivals_.size() && arrivals_[first_].value > 0 && taken < into.size()) {
        Arrival& arrival = arrivals_[first_];
        const std::size_t rest = static_cast<std::size_t>(arrival.value) - arrival.taken;
        const std::size_t count = std::min(rest, into.size() - taken);
        std::memcpy(into.data() + taken, ring_.buffer(arrival.buffer) + arrival.taken, count);
        taken += count;
        arrival.taken += count;
        if (count == rest) drop_first();
    }
    return taken;
}

void Multishot::drop_first() {
    if (arrivals_[first_].buffer != no_buffer) ring_.give_back(arrivals_[first_].buffer);
    if (++first_ < arrivals_.size()) return;
    arrivals_.clear();
    first_ = 0;
}

unsigned MultishotRing::buffers_for(std::size_t loops) noexcept {
    // The kernel wants a power of two.
    const auto part = std::bit_floor(buffers_of_all / std::min<std::size_t>(loops, buffers_of_all));
    return std::max(buffers_least, static_cast<unsigned>(part));
}

MultishotRing::MultishotRing(std::size_t completions, std::size_t loops)
    : Ring{completions, setup_flags}, loops_{loops}, buffers_{buffers_for(loops)} {
    const std::size_t bytes = buffers_ * sizeof(io_uring_buf);
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (mapped == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    ring_of_buffers_ = {static_cast<io_uring_buf_ring*>(mapped), Unmapped{bytes}};
    io_uring_buf_reg registered{};
    registered.ring_addr = reinterpret_cast<std::uintptr_t>(mapped);
    registered.ring_entries = buffers_;
    registered.bgid = group;
    if (const int result = ::io_uring_register_buf_ring(&native(), &registered, 0); result < 0) {
        throw std::system_error{-result, std::system_category(), "io_uring_register_buf_ring"};
    }
    memory_ = std::make_unique_for_overwrite<std::byte[]>(buffers_ * buffer_bytes);
    use_once({memory_.get(), buffers_ * buffer_bytes});
    ::io_uring_buf_ring_init(ring_of_buffers_.get());
    for (unsigned number = 0; number < buffers_; ++number) give_back(static_cast<int>(number));
    // The kernel need not look up the ring by its descriptor at every call.
    ::io_uring_register_ring_fd(&native());
}

MultishotRing::~MultishotRing() {
    cancel_all();
    for (Multishot* const multishot : by_descriptor_) {
        if (multishot != nullptr) multishot->close();
    }
    ::io_uring_unregister_buf_ring(&native(), static_cast<int>(group));
}

void MultishotRing::Unmapped::operator()(io_uring_buf_ring* mapped) const noexcept { ::munmap(mapped, bytes); }

Multishot& MultishotRing::of(Multishot::Kind kind, int descriptor) {
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= by_descriptor_.size()) by_descriptor_.resize(std::max(index + 1, 2 * by_descriptor_.size()));
    Multishot*& found = by_descriptor_[index];
    if (found == nullptr) {
        found = &multishots_.take(*this);
        found->open(kind, descriptor);
    }
    return *found;
}

void MultishotRing::forget(int descriptor) {
    Multishot*& found = by_descriptor_[static_cast<std::size_t>(descriptor)];
    if (found == nullptr || found->waited_for()) return;
    found->close();
    multishots_.give_back(*std::exchange(found, nullptr));
}

const std::byte* MultishotRing::buffer(int number) const noexcept {
    return memory_.get() + static_cast<std::size_t>(number) * buffer_bytes;
}

void MultishotRing::give_back(int number) noexcept {
    std::byte* const at = memory_.get() + static_cast<std::size_t>(number) * buffer_bytes;
    ::io_uring_buf_ring_add(ring_of_buffers_.get(), at, buffer_bytes, static_cast<unsigned short>(number),
                            ::io_uring_buf_ring_mask(buffers_), 0);
    ::io_uring_buf_ring_advance(ring_of_buffers_.get(), 1);
    ++free_buffers_;
}

bool MultishotOperation::take_from(Multishot::Kind kind, int descriptor, std::span<std::byte> into,
                                   Continuation& continuation) {
    from_ = &multishots_->of(kind, descriptor);
    into_ = into;
    descriptor_ = descriptor;
    touched_.note(descriptor);
    return take(continuation);
}

bool MultishotOperation::take(Continuation& continuation) {
    if (from_->next(into_, result_)) return true;
    if (from_->needs_own_buffer()) {
        // This receive goes into the task's own buffer.
        from_ = nullptr;
        return RingOperation::receive(tasks::Receive{descriptor_, into_}, continuation);
    }
    from_->wait(continuation);
    return false;
}

}  // namespace models
