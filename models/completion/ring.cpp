#include "models/completion/ring.h"

#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include "sys/check.h"
#include "sys/clock.h"

namespace models {
namespace {

constexpr std::size_t entries = 4096;  // of the submission queue; a full one is submitted early
// The kernel's own choice, and its limit (IORING_MAX_CQ_ENTRIES).
constexpr std::size_t completions_least = 2 * entries;
constexpr std::size_t completions_most = 65'536;

int open_ring(io_uring& ring, std::size_t completions, unsigned setup_flags) {
    io_uring_params parameters{};
    parameters.flags = setup_flags | IORING_SETUP_CQSIZE;
    parameters.cq_entries =
        static_cast<unsigned>(std::bit_ceil(std::clamp(completions, completions_least, completions_most)));
    return ::io_uring_queue_init_params(entries, &ring, &parameters);
}

// An entry has 32 bits for a length. What does not fit follows in another request.
unsigned length(std::size_t bytes) {
    constexpr std::size_t most = std::size_t{1} << 30;
    return static_cast<unsigned>(std::min(bytes, most));
}

}  // namespace

std::size_t completions_at_once(const tasks::Demand& demand) noexcept {
    const bool ask_the_kernel = demand.descriptors_per_task > 0 || demand.descriptors_lent > 0 || demand.sleeps;
    return ask_the_kernel ? demand.tasks_at_once : 0;
}

Support support_ring(const tasks::Demand& demand, std::size_t completions, unsigned setup_flags,
                     std::string_view since) {
    io_uring ring{};
    int opened = open_ring(ring, completions, setup_flags);
    if (opened == 0) {
        // A sandbox may allow to make a ring and forbid to use it.
        ::io_uring_prep_nop(::io_uring_get_sqe(&ring));
        opened = std::min(0, ::io_uring_submit_and_wait(&ring, 1));
        ::io_uring_queue_exit(&ring);
    }
    if (opened == 0) return support_one_process(demand, {});
    int disabled = 0;
    std::ifstream{"/proc/sys/kernel/io_uring_disabled"} >> disabled;
    std::string why;
    if (disabled != 0) why = " (kernel.io_uring_disabled is " + std::to_string(disabled) + ")";
    if (opened == -EINVAL) why = " (needs Linux " + std::string{since} + ")";
    return Support::no("io_uring: " + sys::error_text(-opened) + why);
}

Support support_ring_process(const tasks::Demand& demand, const tasks::Arguments&) {
    return support_ring(demand, completions_at_once(demand), Ring::plain_flags, "5.19");
}

Ring::Ring(std::size_t completions, unsigned setup_flags) {
    if (const int opened = open_ring(ring_, completions, setup_flags); opened < 0) {
        throw std::system_error{-opened, std::system_category(), "io_uring_queue_init"};
    }
}

Ring::~Ring() {
    cancel_all();
    ::io_uring_queue_exit(&ring_);
}

void Ring::cancel_all() {
    while (under_way_ > 0) {
        io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
        if (entry != nullptr) {
            ::io_uring_prep_cancel(entry, nullptr, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
            ::io_uring_sqe_set_data(entry, nullptr);
        }
        // If the queue is full, this call only submits: there is no cancellation yet to wait for.
        const int result = ::io_uring_submit_and_wait(&ring_, entry != nullptr ? 1 : 0);
        if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) return;
        take_completions();
    }
}

void Ring::cancel(Completion& completion, const bool& under_way) {
    while (under_way) {
        // Repeated if necessary: a cancellation may miss a request that is just completing.
        io_uring_sqe& entry = free_entry();
        ::io_uring_prep_cancel(&entry, &completion, 0);
        ::io_uring_sqe_set_data(&entry, nullptr);
        enter(1);
        take_completions();
    }
}

io_uring_sqe& Ring::free_entry() {
    // If the kernel is short of memory for a while, it takes nothing and is asked again.
    constexpr int attempts = 100;
    io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
    for (int attempt = 0; entry == nullptr && attempt < attempts; ++attempt) {
        // The queue is full: submit it first.
        enter(0);
        entry = ::io_uring_get_sqe(&ring_);
    }
    if (entry == nullptr) throw std::runtime_error{"io_uring: the submission queue stays full"};
    return *entry;
}

void Ring::enter(unsigned completions) {
    const int result = ::io_uring_submit_and_wait(&ring_, completions);
    // EBUSY: completions that did not fit must be taken first.
    if (result == -EBUSY || result == -EAGAIN) return take_completions();
    // EINTR: another thread may want this one to end its run. Who waits for a completion calls again.
    if (result < 0 && result != -EINTR) {
        throw std::system_error{-result, std::system_category(), "io_uring_submit_and_wait"};
    }
}

void Ring::run_once() {
    require_progress(waiting_ > 0);
    resume_posted();
    if (under_way_ == 0) return;
    enter(has_posted() || waiting_ == 0 ? 0 : 1);
    take_completions();
    resume_posted();
}

void Ring::take_completions() {
    unsigned head = 0;
    io_uring_cqe* entry = nullptr;
    io_uring_for_each_cqe(&ring_, head, entry) {
        auto* const completion = static_cast<Completion*>(::io_uring_cqe_get_data(entry));
        const int result = entry->res;
        const unsigned flags = entry->flags;
        // Advance first: complete() may throw.
        ::io_uring_cq_advance(&ring_, 1);
        if (completion == nullptr) continue;  // a cancellation
        if ((flags & IORING_CQE_F_MORE) == 0) --under_way_;
        completion->complete(result, flags);
    }
}

void RingOperation::complete(int value, unsigned) {
    result_ = {value == success_ ? 0 : value};
    ring_->remove_waiting();
    ring_->post(*continuation_);
}

bool RingOperation::submit(const tasks::Accept& accept) {
    return submit(
        [&](io_uring_sqe& entry) { ::io_uring_prep_accept(&entry, accept.listener, nullptr, nullptr, SOCK_CLOEXEC); });
}

bool RingOperation::submit(const tasks::Connect& connect) {
    asked_ = connect;
    const sockaddr_in& address = std::get<tasks::Connect>(asked_).address;
    return submit(
        [&](io_uring_sqe& entry) {
            ::io_uring_prep_connect(&entry, connect.socket, reinterpret_cast<const sockaddr*>(&address),
                                    sizeof address);
        },
        -EISCONN);
}

bool RingOperation::submit(const tasks::Receive& receive) {
    return submit([&](io_uring_sqe& entry) {
        ::io_uring_prep_recv(&entry, receive.socket, receive.into.data(), receive.into.size(), 0);
    });
}

bool RingOperation::submit(const tasks::Send& send) { return submit_all(send); }
bool RingOperation::submit(const tasks::Read& read) { return submit_all(read); }
bool RingOperation::submit(const tasks::Write& write) { return submit_all(write); }

bool RingOperation::submit_rest() {
    return submit([&](io_uring_sqe& entry) {
        if (const auto* const send = std::get_if<tasks::Send>(&asked_)) {
            const auto rest = send->bytes.subspan(moved_);
            ::io_uring_prep_send(&entry, send->socket, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_WAITALL);
        } else if (const auto* const read = std::get_if<tasks::Read>(&asked_)) {
            const auto rest = read->into.subspan(moved_);
            ::io_uring_prep_read(&entry, read->file, rest.data(), length(rest.size()), read->offset + moved_);
        } else {
            const auto& write = std::get<tasks::Write>(asked_);
            const auto rest = write.bytes.subspan(moved_);
            ::io_uring_prep_write(&entry, write.file, rest.data(), length(rest.size()), write.offset + moved_);
        }
    });
}

bool RingOperation::submit(const tasks::Sync& sync) {
    return submit([&](io_uring_sqe& entry) { ::io_uring_prep_fsync(&entry, sync.file, IORING_FSYNC_DATASYNC); });
}

bool RingOperation::submit(const tasks::Sleep& sleep) {
    const timespec until = sys::to_timespec(sleep.until.time_since_epoch());
    until_ = {.tv_sec = until.tv_sec, .tv_nsec = until.tv_nsec};
    // A timeout that has passed ends with -ETIME.
    return submit([&](io_uring_sqe& entry) { ::io_uring_prep_timeout(&entry, &until_, 0, IORING_TIMEOUT_ABS); },
                  -ETIME);
}

std::size_t RingOperation::bytes_to_move() const {
    if (const auto* const send = std::get_if<tasks::Send>(&asked_)) return send->bytes.size();
    if (const auto* const read = std::get_if<tasks::Read>(&asked_)) return read->into.size();
    return std::get<tasks::Write>(asked_).bytes.size();
}

bool RingOperation::take_result() {
    if (!moves_bytes_) return true;
    // A signal may interrupt a worker of the kernel that waits for a file.
    if (result_.value == -EINTR) return submit_rest();
    if (result_.failed()) return true;
    moved_ += result_.bytes();
    // No byte more: the end of the file.
    if (result_.bytes() > 0 && moved_ < bytes_to_move()) return submit_rest();
    result_ = {static_cast<std::int64_t>(moved_)};
    return true;
}

}  // namespace models
