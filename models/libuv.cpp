// Carrier: the loop's table. Waiter: libuv's loop (level-triggered epoll inside), with its streams and timers.
//
// What node.js stands on: streams that deliver what they have read to a callback (uv_read_start, into a buffer that
// they ask for), that try a write at once (uv_try_write) and queue what is left (uv_write). Good for portable programs,
// with files, names and processes in the same loop. Its weaknesses: timers in milliseconds, streams that own their
// descriptor and never give it away (so that a task's is a second one here, and connections are accepted by hand when
// a uv_poll_t says that they are there), and SIGPIPE, which has to be ignored by the whole process.
#include <fcntl.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/event_loop.h"
#include "models/used_descriptors.h"
#include "models/without_kernel.h"

namespace models {
namespace {

using tasks::Outcome;

// libuv's numbers are negative errnos; only the end of a stream has one of its own.
Outcome to_outcome(ssize_t status) { return {status == UV_EOF ? 0 : static_cast<std::int64_t>(status)}; }

// The library writes without MSG_NOSIGNAL, and leaves it to its user to ignore the signal.
class IgnoreSigpipe {
public:
    IgnoreSigpipe() { before_ = std::signal(SIGPIPE, SIG_IGN); }
    IgnoreSigpipe(const IgnoreSigpipe&) = delete;
    IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;
    ~IgnoreSigpipe() { std::signal(SIGPIPE, before_); }

private:
    void (*before_)(int);
};

// An operation that waits, and how it ended.
struct Request {
    Waiter* waiter = nullptr;
    std::span<std::byte> into;
    Outcome outcome;
};

class UvLoop;

// Where connections come.
class Listener {
public:
    // The descriptor is the task's. Throws std::runtime_error where it cannot be polled.
    Listener(UvLoop& loop, int descriptor);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void accept(Request& request);
    [[nodiscard]] bool waited_for() const noexcept { return !acceptors_.empty(); }
    // It is gone when the library has done with it.
    static void close(std::unique_ptr<Listener> listener);

private:
    static void on_ready(uv_poll_t* poll, int status, int events);

    UvLoop& loop_;
    uv_poll_t poll_{};
    bool polling_ = false;
    SocketOperation accept_;
    std::deque<Request*> acceptors_;
};

// A stream of the library's, on a descriptor of its own beside the task's; used for one after another.
class Stream {
public:
    explicit Stream(UvLoop& loop) : loop_{loop} {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // Begins to be the stream of this descriptor; where that cannot be, a negative errno, and it may be used for
    // another.
    [[nodiscard]] int open(int descriptor);

    // Each: true, and an outcome, where it is done at once.
    [[nodiscard]] bool connect(Request& request, const sockaddr_in& address);
    [[nodiscard]] bool receive(Request& request);
    [[nodiscard]] bool send(Request& request, std::span<const std::byte> bytes);

    // Its request is forgotten; it may be used again when the library says that it is closed.
    void close();

private:
    static Stream& of(void* handle) { return *static_cast<Stream*>(static_cast<uv_handle_t*>(handle)->data); }
    static void on_buffer(uv_handle_t* stream, std::size_t, uv_buf_t* buffer);
    static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer);
    void read(ssize_t count, std::span<const std::byte> bytes);
    [[nodiscard]] bool take_what_is_left(Request& request);
    [[nodiscard]] int make(int descriptor);
    [[nodiscard]] int take_over(int descriptor);
    bool wait_as(Request*& place, Request& request);
    void finish(Request*& place, Outcome outcome);
    [[nodiscard]] uv_stream_t* stream() noexcept { return &handle_.stream; }

    UvLoop& loop_;
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle_{};
    Request* reader_ = nullptr;
    Request* writer_ = nullptr;  // or it connects
    bool reading_ = false;
    std::vector<std::byte> left_;  // has been read, and not been asked for
    std::size_t left_from_ = 0;
    ssize_t ended_ = 0;  // likewise: the end, or an error
    uv_connect_t connecting_{};
    uv_write_t writing_{};
};

// libuv's loop, and whose turn it is.
class UvLoop : public Turns {
public:
    UvLoop() { check(::uv_loop_init(&loop_), "uv_loop_init"); }
    UvLoop(const UvLoop&) = delete;
    UvLoop& operator=(const UvLoop&) = delete;
    ~UvLoop() {
        for (Place& place : by_descriptor_) {
            if (place.stream != nullptr) place.stream->close();
            if (place.listener != nullptr) Listener::close(std::move(place.listener));
        }
        for (Sleeper& sleeper : sleepers_) ::uv_close(reinterpret_cast<uv_handle_t*>(&sleeper.timer), nullptr);
        // What is left to do is to close them.
        ::uv_run(&loop_, UV_RUN_DEFAULT);
        ::uv_loop_close(&loop_);
    }

    // Throws std::logic_error when nothing is left that could ever wake.
    void turn() {
        if (!anybody_soon() && waiting_ == 0) {
            throw std::logic_error{"libuv: every task waits for something that nobody will do"};
        }
        wake_turn();
        ::uv_run(&loop_, anybody_soon() || waiting_ == 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    // Null where they cannot be had: then the outcome tells why.
    [[nodiscard]] Stream* stream_of(int descriptor, Outcome& outcome) {
        Stream*& found = of(descriptor).stream;
        if (found != nullptr) return found;
        if (free_.empty()) free_.push_back(&streams_.emplace_back(*this));
        Stream& free = *free_.back();
        free_.pop_back();
        outcome = to_outcome(free.open(descriptor));
        if (!outcome.failed()) found = &free;
        return found;
    }
    [[nodiscard]] Listener& listener_of(int descriptor) {
        auto& found = of(descriptor).listener;
        if (found == nullptr) found = std::make_unique<Listener>(*this, descriptor);
        return *found;
    }
    // May be used again.
    void free(Stream& stream) { free_.push_back(&stream); }
    // To be called before the task closes its own. A listener for which others wait is kept.
    void forget(int descriptor) {
        auto& [stream, listener] = of(descriptor);
        if (stream != nullptr) std::exchange(stream, nullptr)->close();
        if (listener != nullptr && !listener->waited_for()) Listener::close(std::move(listener));
    }

    // In whole milliseconds, as the library has it, and not before `until`.
    void at(sys::TimePoint until, Waiter& waiter) {
        // Its clock is ours; it looks at it once in a turn, and counts from there.
        const auto due = std::chrono::ceil<std::chrono::milliseconds>(until.time_since_epoch()).count();
        const std::int64_t after = due - static_cast<std::int64_t>(::uv_now(&loop_));
        // In the library such a timer would come again before any socket had its turn.
        if (after <= 0) return soon(waiter);
        if (free_sleepers_.empty()) {
            Sleeper& made = sleepers_.emplace_back(*this);
            ::uv_timer_init(&loop_, &made.timer);
            made.timer.data = &made;
            free_sleepers_.push_back(&made);
        }
        Sleeper& sleeper = *free_sleepers_.back();
        free_sleepers_.pop_back();
        sleeper.waiter = &waiter;
        ++waiting_;
        ::uv_timer_start(&sleeper.timer, on_time, static_cast<std::uint64_t>(after), 0);
    }

    void waits() noexcept { ++waiting_; }
    void waits_no_more() noexcept { --waiting_; }
    void wake(Waiter& waiter) noexcept {
        --waiting_;
        guard([&] { waiter.wake(); });
        // Timers are due before the library waits: it must not, if somebody else's turn has come by that.
        if (anybody_soon()) ::uv_stop(&loop_);
    }
    // For callbacks: no exception passes through the library.
    template <class Function>
    void guard(Function function) noexcept {
        try {
            function();
        } catch (...) {
            failure_ = std::current_exception();
            ::uv_stop(&loop_);
        }
    }

    [[nodiscard]] uv_loop_t* native() noexcept { return &loop_; }
    // What nobody has room for is read into this one.
    [[nodiscard]] std::span<char> buffer() noexcept { return buffer_; }

    static void check(int status, const char* call) {
        if (status < 0) throw std::runtime_error{std::string{call} + ": " + ::uv_strerror(status)};
    }

private:
    struct Place {
        Stream* stream = nullptr;
        std::unique_ptr<Listener> listener;
    };
    [[nodiscard]] Place& of(int descriptor) {
        const auto index = static_cast<std::size_t>(descriptor);
        if (index >= by_descriptor_.size()) by_descriptor_.resize(std::max(index + 1, 2 * by_descriptor_.size()));
        return by_descriptor_[index];
    }

    struct Sleeper {
        explicit Sleeper(UvLoop& loop) : owner{loop} {}
        UvLoop& owner;
        Waiter* waiter = nullptr;
        uv_timer_t timer{};
    };
    static void on_time(uv_timer_t* timer) {
        auto& sleeper = *static_cast<Sleeper*>(timer->data);
        sleeper.owner.guard([&] { sleeper.owner.free_sleepers_.push_back(&sleeper); });
        sleeper.owner.wake(*std::exchange(sleeper.waiter, nullptr));
    }

    IgnoreSigpipe ignore_sigpipe_;
    uv_loop_t loop_{};
    std::size_t waiting_ = 0;
    std::exception_ptr failure_;
    std::deque<Stream> streams_;  // never moved: the library points to them
    std::vector<Stream*> free_;
    std::vector<Place> by_descriptor_;
    std::deque<Sleeper> sleepers_;  // likewise
    std::vector<Sleeper*> free_sleepers_;
    std::array<char, 65'536> buffer_;  // as much as the library suggests
};

Listener::Listener(UvLoop& loop, int descriptor) : loop_{loop} {
    // It waits first, as everywhere.
    static_cast<void>(accept_.start(tasks::Accept{descriptor}));
    UvLoop::check(::uv_poll_init(loop.native(), &poll_, descriptor), "uv_poll_init");
    poll_.data = this;
}

void Listener::accept(Request& request) {
    acceptors_.push_back(&request);
    loop_.waits();
    if (!std::exchange(polling_, true)) UvLoop::check(::uv_poll_start(&poll_, UV_READABLE, on_ready), "uv_poll_start");
}

void Listener::on_ready(uv_poll_t* poll, int status, int) {
    auto& self = *static_cast<Listener*>(poll->data);
    if (self.acceptors_.empty()) {
        self.polling_ = false;
        ::uv_poll_stop(poll);
        return;
    }
    // After an error the library has stopped it; what the error is, the call itself says best.
    if (status < 0) self.polling_ = false;
    const bool done = self.accept_.attempt() == Readiness::done;
    if (!done && status >= 0) return;
    Request& request = *self.acceptors_.front();
    self.acceptors_.pop_front();
    request.outcome = done ? self.accept_.outcome() : to_outcome(status);
    self.loop_.wake(*request.waiter);
}

void Listener::close(std::unique_ptr<Listener> listener) {
    for (std::size_t i = 0; i < listener->acceptors_.size(); ++i) listener->loop_.waits_no_more();
    listener->acceptors_.clear();
    auto* const handle = reinterpret_cast<uv_handle_t*>(&listener.release()->poll_);
    ::uv_close(handle, [](uv_handle_t* closed) { delete static_cast<Listener*>(closed->data); });
}

int Stream::make(int descriptor) {
    int domain = 0;
    socklen_t size = sizeof domain;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == -1) return -errno;
    return domain == AF_UNIX ? ::uv_pipe_init(loop_.native(), &handle_.pipe, 0)
                             : ::uv_tcp_init(loop_.native(), &handle_.tcp);
}

int Stream::take_over(int descriptor) {
    const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (own == -1) return -errno;
    const bool is_tcp = handle_.any.type == UV_TCP;
    const int status = is_tcp ? ::uv_tcp_open(&handle_.tcp, own) : ::uv_pipe_open(&handle_.pipe, own);
    if (status < 0) ::close(own);
    return status;
}

int Stream::open(int descriptor) {
    reading_ = false;
    left_.clear();
    left_from_ = 0;
    ended_ = 0;
    int status = make(descriptor);
    handle_.any.data = this;
    if (status < 0) {
        loop_.free(*this);
        return status;
    }
    status = take_over(descriptor);
    if (status < 0) close();
    return status;
}

bool Stream::wait_as(Request*& place, Request& request) {
    place = &request;
    loop_.waits();
    return false;
}

void Stream::finish(Request*& place, Outcome outcome) {
    Request& request = *std::exchange(place, nullptr);
    request.outcome = outcome;
    loop_.wake(*request.waiter);
}

bool Stream::connect(Request& request, const sockaddr_in& address) {
    connecting_.data = this;
    const int status = ::uv_tcp_connect(&connecting_, &handle_.tcp, reinterpret_cast<const sockaddr*>(&address),
                                        [](uv_connect_t* connect, int result) {
                                            auto& self = *static_cast<Stream*>(connect->data);
                                            if (self.writer_ != nullptr) self.finish(self.writer_, to_outcome(result));
                                        });
    request.outcome = to_outcome(status);
    return status < 0 || wait_as(writer_, request);
}

bool Stream::take_what_is_left(Request& request) {
    if (left_from_ < left_.size()) {
        const std::size_t count = std::min(left_.size() - left_from_, request.into.size());
        std::memcpy(request.into.data(), left_.data() + left_from_, count);
        left_from_ += count;
        request.outcome = {static_cast<std::int64_t>(count)};
        return true;
    }
    left_.clear();
    left_from_ = 0;
    if (ended_ == 0) return false;
    request.outcome = to_outcome(std::exchange(ended_, 0));
    return true;
}

bool Stream::receive(Request& request) {
    if (take_what_is_left(request)) return true;
    // Once for all that come: it goes on as long as somebody asks for more.
    if (!std::exchange(reading_, true)) {
        if (const int status = ::uv_read_start(stream(), on_buffer, on_read); status < 0) {
            reading_ = false;
            request.outcome = to_outcome(status);
            return true;
        }
    }
    return wait_as(reader_, request);
}

// The reader's own, where that is not so small that the library would have to ask twice.
void Stream::on_buffer(uv_handle_t* stream, std::size_t, uv_buf_t* buffer) {
    constexpr std::size_t least = 4096;
    const Request* const reader = of(stream).reader_;
    const std::span<char> whole = reader != nullptr && reader->into.size() >= least
                                      ? std::span{reinterpret_cast<char*>(reader->into.data()), reader->into.size()}
                                      : of(stream).loop_.buffer();
    *buffer = ::uv_buf_init(whole.data(), static_cast<unsigned>(whole.size()));
}

void Stream::on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
    // Nothing was there after all.
    if (count == 0) return;
    const std::span<const char> bytes{buffer->base, static_cast<std::size_t>(std::max<ssize_t>(0, count))};
    of(stream).loop_.guard([&] { of(stream).read(count, std::as_bytes(bytes)); });
}

void Stream::read(ssize_t count, std::span<const std::byte> bytes) {
    if (count < 0) {
        ended_ = count;
        reading_ = false;
        ::uv_read_stop(stream());
    }
    if (reader_ == nullptr) {
        left_.insert(left_.end(), bytes.begin(), bytes.end());
        // Nobody asks: what comes next waits in the kernel.
        if (std::exchange(reading_, false)) ::uv_read_stop(stream());
        return;
    }
    Outcome outcome{};
    if (count < 0) {
        outcome = to_outcome(std::exchange(ended_, 0));
    } else {
        const std::size_t taken = std::min(bytes.size(), reader_->into.size());
        if (bytes.data() != reader_->into.data()) std::memcpy(reader_->into.data(), bytes.data(), taken);
        left_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
        outcome = {static_cast<std::int64_t>(taken)};
    }
    finish(reader_, outcome);
}

bool Stream::send(Request& request, std::span<const std::byte> bytes) {
    request.outcome = {static_cast<std::int64_t>(bytes.size())};
    if (bytes.empty()) return true;
    const auto as_buffer = [](std::span<const std::byte> part) {
        // The library does not write to it.
        auto* const begin = const_cast<char*>(reinterpret_cast<const char*>(part.data()));
        return ::uv_buf_init(begin, static_cast<unsigned>(part.size()));
    };
    const uv_buf_t whole = as_buffer(bytes);
    const int sent = ::uv_try_write(stream(), &whole, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        request.outcome = to_outcome(sent);
        return true;
    }
    const auto rest = bytes.subspan(static_cast<std::size_t>(std::max(0, sent)));
    if (rest.empty()) return true;
    writing_.data = this;
    const uv_buf_t queued = as_buffer(rest);
    const int status = ::uv_write(&writing_, stream(), &queued, 1, [](uv_write_t* write, int result) {
        auto& self = *static_cast<Stream*>(write->data);
        if (self.writer_ != nullptr) self.finish(self.writer_, result < 0 ? to_outcome(result) : self.writer_->outcome);
    });
    if (status < 0) request.outcome = to_outcome(status);
    return status < 0 || wait_as(writer_, request);
}

void Stream::close() {
    if (std::exchange(reader_, nullptr) != nullptr) loop_.waits_no_more();
    if (std::exchange(writer_, nullptr) != nullptr) loop_.waits_no_more();
    ::uv_close(&handle_.any, [](uv_handle_t* closed) { of(closed).loop_.free(of(closed)); });
}

// How one task's operations are performed with libuv's streams and timers. It lives as long as the task.
class UvOperation {
public:
    explicit UvOperation(UvLoop& loop) : loop_{&loop} {}

    template <class Carrier>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Waiter& waiter, Carrier& carrier) {
        request_ = {.waiter = &waiter, .into = {}, .outcome = {}};
        return std::visit(tasks::Overloaded{
                              WithoutKernel{*loop_, task, waiter, carrier},
                              [&](const tasks::Accept& accept) {
                                  used_.note(accept.listener);
                                  loop_->listener_of(accept.listener).accept(request_);
                                  return false;
                              },
                              [&](const tasks::Connect& connect) {
                                  Stream* const stream = stream_of(connect.socket);
                                  return stream == nullptr || stream->connect(request_, connect.address);
                              },
                              [&](const tasks::Receive& receive) {
                                  request_.into = receive.into;
                                  Stream* const stream = stream_of(receive.socket);
                                  return stream == nullptr || stream->receive(request_);
                              },
                              [&](const tasks::Send& send) {
                                  Stream* const stream = stream_of(send.socket);
                                  return stream == nullptr || stream->send(request_, send.bytes);
                              },
                              [&](const tasks::Sleep& sleep) {
                                  loop_->at(sleep.until, waiter);
                                  return false;
                              },
                          },
                          operation);
    }
    [[nodiscard]] static bool go_on(Waiter&) noexcept { return true; }
    [[nodiscard]] Outcome outcome() const noexcept { return request_.outcome; }
    void forget_descriptors() {
        used_.for_each([this](int descriptor) { loop_->forget(descriptor); });
    }

private:
    Stream* stream_of(int descriptor) {
        used_.note(descriptor);
        return loop_->stream_of(descriptor, request_.outcome);
    }

    UvLoop* loop_;
    Request request_;
    UsedDescriptors used_;
};

}  // namespace

extern const Entry libuv;
constinit const Entry libuv{
    .name = "libuv",
    .family = Family::libraries,
    .carrier = "loop's table",
    .waiter = "libuv (epoll inside)",
    .summary = "one thread, libuv's loop with its streams and timers",
    .parameters = {},
    // Each that a task uses has a second one in the library.
    .support =
        [](const tasks::Demand& demand, const tasks::Sizes&) {
            return enough_descriptors(2 * demand.tasks_at_once * demand.descriptors_per_task + demand.descriptors_lent);
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Sizes&) -> std::unique_ptr<Model> {
        return std::make_unique<TableModel<UvLoop, UvOperation>>(job, ledger);
    },
};

}  // namespace models
