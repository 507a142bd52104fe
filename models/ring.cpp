#include "models/ring.h"

#include <sys/socket.h>

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

constexpr unsigned entries = 4096;

int open_ring(io_uring& ring) { return ::io_uring_queue_init(entries, &ring, 0); }

}  // namespace

Support support_ring_process(const tasks::Demand& demand, const tasks::Sizes&) {
    io_uring ring{};
    const int opened = open_ring(ring);
    if (opened == 0) {
        ::io_uring_queue_exit(&ring);
        return enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
    }
    int disabled = 0;
    std::ifstream{"/proc/sys/kernel/io_uring_disabled"} >> disabled;
    const std::string why = disabled != 0 ? " (kernel.io_uring_disabled is " + std::to_string(disabled) + ")" : "";
    return Support::no("io_uring: " + sys::error_text(-opened) + why);
}

Ring::Ring() {
    if (const int opened = open_ring(ring_); opened < 0) {
        throw std::system_error{-opened, std::system_category(), "io_uring_queue_init"};
    }
}

Ring::~Ring() {
    while (under_way_ > 0) {
        if (io_uring_sqe* const cancel = ::io_uring_get_sqe(&ring_)) {
            ::io_uring_prep_cancel(cancel, nullptr, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
            ::io_uring_sqe_set_data(cancel, nullptr);
        }
        if (::io_uring_submit_and_wait(&ring_, 1) < 0) break;
        io_uring_cqe* completion = nullptr;
        while (::io_uring_peek_cqe(&ring_, &completion) == 0) {
            if (::io_uring_cqe_get_data(completion) != nullptr) --under_way_;
            ::io_uring_cqe_seen(&ring_, completion);
        }
    }
    ::io_uring_queue_exit(&ring_);
}

io_uring_sqe& Ring::entry(RingOperation& operation) {
    io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
    if (sqe == nullptr) {
        // The queue is full: what is in it goes first.
        submit(0);
        sqe = ::io_uring_get_sqe(&ring_);
        if (sqe == nullptr) throw std::runtime_error{"io_uring: the submission queue stays full"};
    }
    ++under_way_;
    ::io_uring_sqe_set_data(sqe, &operation);
    return *sqe;
}

void Ring::submit(unsigned completions) {
    for (;;) {
        const int result = ::io_uring_submit_and_wait(&ring_, completions);
        if (result >= 0) return;
        // EBUSY: completions that did not fit have to be taken first.
        if (result == -EBUSY || result == -EAGAIN) return reap();
        if (result != -EINTR) throw std::system_error{-result, std::system_category(), "io_uring_submit_and_wait"};
    }
}

void Ring::turn() {
    if (!anybody_soon() && under_way_ == 0) {
        throw std::logic_error{"completion loop: every task waits for something that nobody will do"};
    }
    wake_turn();
    if (under_way_ == 0) return;
    submit(anybody_soon() ? 0 : 1);
    reap();
}

void Ring::reap() {
    unsigned head = 0;
    unsigned taken = 0;
    io_uring_cqe* completion = nullptr;
    // Counted before anybody is woken, who may ask for more.
    io_uring_for_each_cqe(&ring_, head, completion) {
        ++taken;
        auto* const operation = static_cast<RingOperation*>(::io_uring_cqe_get_data(completion));
        operation->result_ = completion->res;
        soon(*operation->waiter_);
    }
    ::io_uring_cq_advance(&ring_, taken);
    under_way_ -= taken;
    wake_turn();
}

bool RingOperation::submit(const tasks::Accept& accept) {
    io_uring_sqe& sqe = ring_->entry(*this);
    ::io_uring_prep_accept(&sqe, accept.listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::io_uring_sqe_set_data(&sqe, this);
    completed_ = &RingOperation::plain_completed;
    return false;
}

bool RingOperation::submit(const tasks::Connect& connect) {
    asked_ = connect;
    const sockaddr_in& address = std::get<tasks::Connect>(asked_).address;
    io_uring_sqe& sqe = ring_->entry(*this);
    ::io_uring_prep_connect(&sqe, connect.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::io_uring_sqe_set_data(&sqe, this);
    completed_ = &RingOperation::connect_completed;
    return false;
}

bool RingOperation::submit(const tasks::Receive& receive) {
    io_uring_sqe& sqe = ring_->entry(*this);
    ::io_uring_prep_recv(&sqe, receive.socket, receive.into.data(), receive.into.size(), 0);
    ::io_uring_sqe_set_data(&sqe, this);
    completed_ = &RingOperation::plain_completed;
    return false;
}

bool RingOperation::submit(const tasks::Send& send) {
    asked_ = send;
    sent_ = 0;
    return submit_rest();
}

bool RingOperation::submit_rest() {
    const auto& send = std::get<tasks::Send>(asked_);
    const auto rest = send.bytes.subspan(sent_);
    io_uring_sqe& sqe = ring_->entry(*this);
    ::io_uring_prep_send(&sqe, send.socket, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_WAITALL);
    ::io_uring_sqe_set_data(&sqe, this);
    completed_ = &RingOperation::send_completed;
    return false;
}

bool RingOperation::submit(const tasks::Sleep& sleep) {
    const timespec until = sys::to_timespec(sleep.until.time_since_epoch());
    until_ = {.tv_sec = until.tv_sec, .tv_nsec = until.tv_nsec};
    io_uring_sqe& sqe = ring_->entry(*this);
    ::io_uring_prep_timeout(&sqe, &until_, 0, IORING_TIMEOUT_ABS);
    ::io_uring_sqe_set_data(&sqe, this);
    completed_ = &RingOperation::sleep_completed;
    return false;
}

bool RingOperation::plain_completed() {
    outcome_ = {result_};
    return true;
}

bool RingOperation::connect_completed() {
    outcome_ = {result_ == -EISCONN ? 0 : result_};
    return true;
}

bool RingOperation::send_completed() {
    if (result_ < 0) {
        outcome_ = {result_};
        return true;
    }
    sent_ += static_cast<std::size_t>(result_);
    if (sent_ < std::get<tasks::Send>(asked_).bytes.size()) return submit_rest();
    outcome_ = {static_cast<std::int64_t>(sent_)};
    return true;
}

// A timeout that has passed ends with -ETIME.
bool RingOperation::sleep_completed() {
    outcome_ = {result_ == -ETIME ? 0 : result_};
    return true;
}

}  // namespace models
