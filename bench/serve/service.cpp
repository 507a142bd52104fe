#include "bench/serve/service.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "sys/check.h"

namespace bench {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int backlog = 4096;

// A wait is no cure where the call itself is wrong. Anything else is the network's, the client's or the machine's want,
// and passes (accept(2)).
bool heals(int accept_error) {
    switch (accept_error) {
        case -EBADF:
        case -EINVAL:
        case -ENOTSOCK:
        case -EOPNOTSUPP:
        case -EFAULT: return false;
        default: return true;
    }
}

}  // namespace

// A connection's task, which is known to the service from its first turn on: in the process where that is.
class Service::Served final : public tasks::Task {
public:
    Served(const Service& service, int connection, std::unique_ptr<tasks::Task> handler)
        : service_{service}, connection_{connection}, handler_{std::move(handler)} {}
    ~Served() override { service_.leave(*this); }

    tasks::Operation resume(tasks::Result result) override {
        moved_at_.store(sys::now(), relaxed);
        if (!std::exchange(entered_, true)) service_.enter(*this);
        tasks::Operation next = handler_->resume(result);
        sending_.store(std::holds_alternative<tasks::Send>(next), relaxed);
        if (auto* const finish = std::get_if<tasks::Finish>(&next)) {
            (finish->error == 0 ? service_.board_->finished : service_.board_->failed).fetch_add(1, relaxed);
            // A client that breaks its connection is no failure of the model.
            finish->error = 0;
        }
        return next;
    }
    void compute() override { handler_->compute(); }

    // The client has nothing more to say: the task meets the end of the stream when it has received what has come.
    void end_receiving() const noexcept { ::shutdown(connection_, SHUT_RD); }
    void end_if_idle(sys::TimePoint since) const noexcept {
        if (moved_at_.load(relaxed) > since) return;
        // Who waits to send would not notice that.
        ::shutdown(connection_, sending_.load(relaxed) ? SHUT_RDWR : SHUT_RD);
    }

private:
    const Service& service_;
    int connection_;
    std::unique_ptr<tasks::Task> handler_;
    bool entered_ = false;
    // Read by the watching thread.
    std::atomic<sys::TimePoint> moved_at_{};
    std::atomic<bool> sending_{false};
};

class Service::Acceptor final : public tasks::SteppedTask<Service::Acceptor> {
public:
    explicit Acceptor(const Service& service) : SteppedTask{&Acceptor::ready_for_next}, service_{service} {}

private:
    tasks::Operation ready_for_next(tasks::Result) {
        if (service_.board_->stopping.load(relaxed)) return tasks::Finish{0};
        if (service_.counts().under_way() >= service_.limits_.connections_max) return pause();
        return then(&Acceptor::accepted, tasks::Accept{service_.listener_.get()});
    }
    tasks::Operation accepted(tasks::Result result) {
        if (service_.board_->stopping.load(relaxed)) {
            const sys::UniqueFd refused{result.failed() ? -1 : result.descriptor()};
            return tasks::Finish{0};
        }
        // The client has gone again.
        if (result.error() == -ECONNABORTED) return ready_for_next({});
        // Often none is left: those who are being served have to give theirs back first.
        if (result.failed()) return heals(result.error()) ? pause() : give_up(result);
        service_.board_->accepted.fetch_add(1, relaxed);
        const int connection = result.descriptor();
        return then(&Acceptor::spawned, tasks::Spawn{std::make_unique<Served>(
                                            service_, connection, service_.make_handler_(sys::UniqueFd{connection}))});
    }
    tasks::Operation spawned(tasks::Result result) {
        if (!result.failed()) return ready_for_next({});
        // The model had no carrier for it, and has closed it.
        service_.board_->dropped.fetch_add(1, relaxed);
        return pause();
    }
    tasks::Operation pause() {
        return then(&Acceptor::ready_for_next, tasks::Sleep{sys::now() + std::chrono::milliseconds{10}});
    }

    const Service& service_;
};

Service::Service(sys::Endpoint endpoint, std::size_t acceptors, MakeHandler make_handler)
    : acceptors_{acceptors},
      make_handler_{std::move(make_handler)},
      listener_{sys::listen_on(endpoint, backlog)},
      stopped_{sys::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")} {}

// The watcher is joined by its destructor.
Service::~Service() { stop(); }

sys::Endpoint Service::endpoint() const { return sys::local_endpoint(listener_.get()); }

std::unique_ptr<tasks::Task> Service::make(std::size_t) const { return std::make_unique<Acceptor>(*this); }

void Service::stop() noexcept {
    board_->stopping.store(true, relaxed);
    // Whoever waits in accept, in whatever process and by whatever means, is told that there will be none.
    ::shutdown(listener_.get(), SHUT_RDWR);
    ::eventfd_write(stopped_.get(), 1);
}

Service::Counts Service::counts() const noexcept {
    // Those that ended first: each was accepted before.
    Counts counts{.accepted = 0,
                  .finished = board_->finished.load(relaxed),
                  .failed = board_->failed.load(relaxed),
                  .dropped = board_->dropped.load(relaxed)};
    counts.accepted = board_->accepted.load(relaxed);
    return counts;
}

void Service::enter(const Served& served) const {
    const std::scoped_lock lock{mutex_};
    open_.insert(&served);
    // The watcher may have passed already.
    if (board_->stopping.load(relaxed)) return served.end_receiving();
    // Not before: a process that only accepts may have to fork. One that serves does so no more.
    if (watcher_.joinable()) return;
    try {
        watcher_ = std::jthread{[this] { watch(); }};
    } catch (const std::system_error&) {
        // Without it this connection is served all the same; a stop then has to wait for its client.
    }
}

void Service::leave(const Served& served) const {
    const std::scoped_lock lock{mutex_};
    open_.erase(&served);
}

// In a thread of each process that serves: what stop() is told, and what time it is, reaches its connections.
void Service::watch() const noexcept {
    const bool minds_idle = limits_.idle.count() > 0;
    const auto look_every = std::chrono::ceil<std::chrono::milliseconds>(limits_.idle / 4);
    pollfd stopped{stopped_.get(), POLLIN, 0};
    for (bool stops = false; !stops;) {
        stops = ::poll(&stopped, 1, minds_idle ? static_cast<int>(look_every.count()) : -1) > 0;
        const sys::TimePoint since = sys::now() - limits_.idle;
        const std::scoped_lock lock{mutex_};
        for (const Served* const served : open_) {
            if (stops) {
                served->end_receiving();
            } else if (minds_idle) {
                served->end_if_idle(since);
            }
        }
    }
}

}  // namespace bench
