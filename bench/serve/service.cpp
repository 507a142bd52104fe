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

// Whether accept can succeed later. Waiting does not help if the error is a programming error. All other errors come
// from the network, the client or a lack of resources (accept(2)).
bool is_temporary(int accept_error) {
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

// The task that serves one connection. At its first resume() it adds itself to the service's list in its process.
class Service::Served final : public tasks::Task {
public:
    Served(const Service& service, int connection, std::unique_ptr<tasks::Task> handler)
        : service_{service}, connection_{connection}, handler_{std::move(handler)} {}
    ~Served() override { service_.leave(*this); }

    tasks::Operation resume(tasks::Result result) override {
        if (!std::exchange(entered_, true)) {
            moved_at_.store(sys::now(), relaxed);
            service_.enter(*this);
        }
        tasks::Operation next = handler_->resume(result);
        // What makes the task only receive more, a part of a request, does not count: otherwise a client that sends a
        // byte now and then would keep its carrier for days.
        const bool receives = std::holds_alternative<tasks::Receive>(next);
        if (!receives || !std::exchange(receiving_, true)) moved_at_.store(sys::now(), relaxed);
        receiving_ = receives;
        sending_.store(std::holds_alternative<tasks::Send>(next), relaxed);
        if (auto* const finish = std::get_if<tasks::Finish>(&next)) {
            (finish->error == 0 ? service_.board_->finished : service_.board_->failed).fetch_add(1, relaxed);
            // A broken connection is not an error of the model.
            finish->error = 0;
        }
        return next;
    }
    void compute() override { handler_->compute(); }

    // The task receives the data that has arrived, and then the end of the stream.
    void end_receiving() const noexcept { ::shutdown(connection_, SHUT_RD); }
    void end_if_idle(sys::TimePoint since) const noexcept {
        if (moved_at_.load(relaxed) > since) return;
        // A task that waits to send wakes only if the other direction is shut down too.
        ::shutdown(connection_, sending_.load(relaxed) ? SHUT_RDWR : SHUT_RD);
    }

private:
    const Service& service_;
    int connection_;
    std::unique_ptr<tasks::Task> handler_;
    bool entered_ = false;
    bool receiving_ = false;
    // The watcher thread reads them.
    std::atomic<sys::TimePoint> moved_at_{};
    std::atomic<bool> sending_{false};
};

class Service::Acceptor final : public tasks::SteppedTask<Service::Acceptor> {
public:
    Acceptor(const Service& service, int listener)
        : SteppedTask{&Acceptor::ready_for_next}, service_{service}, listener_{listener} {}

private:
    tasks::Operation ready_for_next(tasks::Result) {
        if (service_.board_->stopping.load(relaxed)) return tasks::Finish{0};
        if (service_.counts().under_way() >= service_.limits_.connections_max) return pause();
        return then(&Acceptor::accepted, tasks::Accept{listener_});
    }
    tasks::Operation accepted(tasks::Result result) {
        if (service_.board_->stopping.load(relaxed)) {
            const sys::UniqueFd refused{result.failed() ? -1 : result.descriptor()};
            return tasks::Finish{0};
        }
        // The client has closed the connection before we accepted it.
        if (result.error() == -ECONNABORTED) return ready_for_next({});
        // Often no descriptor is free until another connection ends.
        if (result.failed()) return is_temporary(result.error()) ? pause() : give_up(result);
        service_.board_->accepted.fetch_add(1, relaxed);
        const int connection = result.descriptor();
        return then(&Acceptor::spawned, tasks::Spawn{std::make_unique<Served>(
                                            service_, connection, service_.make_handler_(sys::UniqueFd{connection}))});
    }
    tasks::Operation spawned(tasks::Result result) {
        if (!result.failed()) return ready_for_next({});
        // The model had no carrier for the task, and has destroyed it.
        service_.board_->dropped.fetch_add(1, relaxed);
        return pause();
    }
    tasks::Operation pause() {
        return then(&Acceptor::ready_for_next, tasks::Sleep{sys::now() + std::chrono::milliseconds{10}});
    }

    const Service& service_;
    int listener_;
};

Service::Service(sys::Endpoint endpoint, workloads::Acceptors acceptors, MakeHandler make_handler)
    : acceptors_{acceptors},
      make_handler_{std::move(make_handler)},
      stopped_{sys::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")} {
    if (acceptors.own_listeners) {
        listeners_ = sys::listen_on_one_port(endpoint, backlog, acceptors.count);
    } else {
        listeners_.push_back(sys::listen_on(endpoint, backlog));
    }
}

Service::~Service() { stop(); }

sys::Endpoint Service::endpoint() const { return sys::local_endpoint(listeners_.front().get()); }

std::unique_ptr<tasks::Task> Service::make(std::size_t index) const {
    return std::make_unique<Acceptor>(*this, listeners_[acceptors_.own_listeners ? index : 0].get());
}

void Service::stop() noexcept {
    board_->stopping.store(true, relaxed);
    // Wakes every task that waits for a connection, in every process and under every model.
    for (const sys::UniqueFd& listener : listeners_) ::shutdown(listener.get(), SHUT_RDWR);
    ::eventfd_write(stopped_.get(), 1);
}

Service::Counts Service::counts() const noexcept {
    // Reads `accepted` last, so that it is never less than the others.
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
    // The watcher may have ended already.
    if (board_->stopping.load(relaxed)) return served.end_receiving();
    // The watcher starts with the first connection, because a process that only accepts may still fork.
    if (watcher_.joinable()) return;
    try {
        watcher_ = std::jthread{[this] { watch(); }};
    } catch (const std::system_error&) {
        // Serves the connection without a watcher; the stop then waits for the client.
    }
}

void Service::leave(const Served& served) const {
    const std::scoped_lock lock{mutex_};
    open_.erase(&served);
}

// Runs in a thread of each process that serves: ends this process's connections after stop(), or when they are idle.
void Service::watch() const noexcept {
    const bool ends_idle = limits_.idle.count() > 0;
    const auto interval = std::chrono::ceil<std::chrono::milliseconds>(limits_.idle / 4);
    pollfd stopped{stopped_.get(), POLLIN, 0};
    for (bool stops = false; !stops;) {
        stops = ::poll(&stopped, 1, ends_idle ? static_cast<int>(interval.count()) : -1) > 0;
        const sys::TimePoint since = sys::now() - limits_.idle;
        const std::scoped_lock lock{mutex_};
        for (const Served* const served : open_) {
            if (stops) {
                served->end_receiving();
            } else if (ends_idle) {
                served->end_if_idle(since);
            }
        }
    }
}

std::string to_string(const Service::Counts& counts) {
    return std::to_string(counts.accepted) + " connections accepted, " + std::to_string(counts.finished) +
           " served to their end, " + std::to_string(counts.failed) + " broken, " + std::to_string(counts.dropped) +
           " dropped, " + std::to_string(counts.under_way()) + " cut off";
}

}  // namespace bench
