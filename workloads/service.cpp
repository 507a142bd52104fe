#include "workloads/service.h"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "sys/clock.h"

namespace workloads {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int backlog = 4096;

}  // namespace

// A connection's task, which is known to the service as long as it lives.
class Service::Served final : public tasks::Task {
public:
    Served(const Service& service, int connection, std::unique_ptr<tasks::Task> handler)
        : service_{service}, connection_{connection}, handler_{std::move(handler)} {
        const std::scoped_lock lock{service.mutex_};
        service.open_.insert(connection);
    }
    ~Served() override {
        const std::scoped_lock lock{service_.mutex_};
        service_.open_.erase(connection_);
    }
    tasks::Operation resume(tasks::Outcome outcome) override {
        tasks::Operation next = handler_->resume(outcome);
        if (auto* const finish = std::get_if<tasks::Finish>(&next)) {
            (finish->error == 0 ? service_.board_->finished : service_.board_->failed).fetch_add(1, relaxed);
            // A client that breaks its connection is no failure of the model.
            finish->error = 0;
        }
        return next;
    }
    void compute() override { handler_->compute(); }

private:
    const Service& service_;
    int connection_;
    std::unique_ptr<tasks::Task> handler_;
};

class Service::Acceptor final : public tasks::SteppedTask<Service::Acceptor> {
public:
    explicit Acceptor(const Service& service) : SteppedTask{&Acceptor::ready_for_next}, service_{service} {}

private:
    tasks::Operation ready_for_next(tasks::Outcome outcome) {
        if (outcome.failed() && outcome.value != -EMFILE && outcome.value != -EAGAIN) return give_up(outcome);
        if (service_.board_->stopping.load(relaxed)) return tasks::Finish{0};
        return then(&Acceptor::accepted, tasks::Accept{service_.listener_.get()});
    }
    tasks::Operation accepted(tasks::Outcome outcome) {
        if (service_.board_->stopping.load(relaxed)) {
            const sys::UniqueFd refused{outcome.failed() ? -1 : outcome.descriptor()};
            return tasks::Finish{0};
        }
        switch (outcome.error()) {
            case 0: break;
            // The client has gone again.
            case -ECONNABORTED: return ready_for_next({});
            // None is left: those who are being served have to give theirs back first.
            case -EMFILE:
            case -ENFILE:
                return then(&Acceptor::ready_for_next, tasks::Sleep{sys::now() + std::chrono::milliseconds{10}});
            default: return give_up(outcome);
        }
        service_.board_->accepted.fetch_add(1, relaxed);
        const int connection = outcome.descriptor();
        return then(&Acceptor::ready_for_next,
                    tasks::Spawn{std::make_unique<Served>(service_, connection,
                                                          service_.make_handler_(sys::UniqueFd{connection}))});
    }

    const Service& service_;
};

Service::Service(sys::Endpoint endpoint, std::size_t acceptors, MakeHandler make_handler)
    : acceptors_{acceptors}, make_handler_{std::move(make_handler)}, listener_{sys::listen_on(endpoint, backlog)} {}

sys::Endpoint Service::endpoint() const { return sys::local_endpoint(listener_.get()); }

std::unique_ptr<tasks::Task> Service::make(std::size_t) const { return std::make_unique<Acceptor>(*this); }

void Service::stop() noexcept {
    board_->stopping.store(true, relaxed);
    // Whoever waits in accept, in whatever process and by whatever means, is told that there will be none.
    ::shutdown(listener_.get(), SHUT_RDWR);
    const std::scoped_lock lock{mutex_};
    for (const int connection : open_) ::shutdown(connection, SHUT_RD);
}

Service::Counts Service::counts() const noexcept {
    return {.accepted = board_->accepted.load(relaxed),
            .finished = board_->finished.load(relaxed),
            .failed = board_->failed.load(relaxed)};
}

}  // namespace workloads
