#pragma once

// With clang, Asio 1.22 looks for the coroutines of the technical specification. clang has those of C++20 since version
// 14.
#if defined(__clang__) && !defined(ASIO_HAS_CO_AWAIT)
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1
#endif
#include <asio.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/model.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

// How an operation ended, in Asio's terms and in ours.
[[nodiscard]] inline tasks::Result to_result(const asio::error_code& error, std::size_t bytes = 0) {
    if (error == asio::error::eof) return {0};
    return {error ? -static_cast<std::int64_t>(error.value()) : static_cast<std::int64_t>(bytes)};
}

// The descriptors of one task as Asio's objects. They belong to the task: the destructor releases them and does not
// close them.
class AsioSockets {
public:
    using Stream = asio::generic::stream_protocol::socket;
    using Acceptor = asio::ip::tcp::acceptor;

    explicit AsioSockets(asio::io_context& context) : context_{context} {}
    AsioSockets(const AsioSockets&) = delete;
    AsioSockets& operator=(const AsioSockets&) = delete;
    ~AsioSockets() {
        streams_.release_all();
        acceptors_.release_all();
    }

    [[nodiscard]] Stream& stream(int descriptor) {
        return streams_.of(descriptor, context_, asio::generic::stream_protocol{AF_INET, 0});
    }
    [[nodiscard]] Acceptor& acceptor(int listener) { return acceptors_.of(listener, context_, asio::ip::tcp::v4()); }

private:
    // By descriptor. A task nearly always uses the same one again.
    template <class Socket>
    class Known {
    public:
        template <class Protocol>
        Socket& of(int descriptor, asio::io_context& context, const Protocol& protocol) {
            return last_descriptor_ == descriptor ? *last_ : another(descriptor, context, protocol);
        }
        void release_all() {
            asio::error_code ignored;
            for (auto& [descriptor, socket] : sockets_) socket.release(ignored);
        }

    private:
        template <class Protocol>
        Socket& another(int descriptor, asio::io_context& context, const Protocol& protocol) {
            const auto [place, is_new] = sockets_.try_emplace(descriptor, context);
            Socket& made = place->second;
            if (is_new) made.assign(protocol, descriptor);
            last_descriptor_ = descriptor;
            last_ = &made;
            return made;
        }

        std::unordered_map<int, Socket> sockets_;  // a node-based map: the library keeps the addresses
        int last_descriptor_ = -1;                 // -1: there is none
        Socket* last_ = nullptr;
    };

    asio::io_context& context_;
    Known<Stream> streams_;
    Known<Acceptor> acceptors_;
};

// Events by number, for one or many threads that run the context.
class AsioEvents {
public:
    explicit AsioEvents(asio::io_context& context) : context_{context} {}

    void clear() { events_.clear(); }
    // Posts `go_on` when the event happens, or at once if it has happened already.
    void await(int number, std::function<void()> go_on) {
        const std::scoped_lock lock{mutex_};
        Event& awaited = event(number);
        if (awaited.happened) {
            asio::post(context_, std::move(go_on));
        } else {
            awaited.waiting.push_back(std::move(go_on));
        }
    }
    void announce(int number) {
        const std::scoped_lock lock{mutex_};
        Event& announced = event(number);
        announced.happened = true;
        for (auto& go_on : announced.waiting) asio::post(context_, std::move(go_on));
        announced.waiting.clear();
    }

private:
    struct Event {
        bool happened = false;
        std::vector<std::function<void()>> waiting;
    };
    Event& event(int number) {
        const auto index = static_cast<std::size_t>(number);
        if (index >= events_.size()) events_.resize(index + 1);
        return events_[index];
    }

    asio::io_context& context_;
    std::mutex mutex_;
    std::vector<Event> events_;
};

// What models share that run Asio on one thread.
class AsioLoopModel : public Model {
public:
    // Starts every root task and runs the context until it has nothing left to do. Throws std::logic_error if tasks are
    // alive then.
    void run() final {
        events_.clear();
        for (std::size_t index = 0; index < job_.size(); ++index) start_root(index);
        context_.restart();
        context_.run();
        if (alive_ > 0) throw std::logic_error{"asio: every task waits, and nothing can resume one"};
    }
    // The context will make this root task, and run it.
    virtual void start_root(std::size_t index) = 0;
    void task_ended() noexcept { --alive_; }
    [[nodiscard]] const tasks::Job& job() const noexcept { return job_; }
    [[nodiscard]] asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] AsioEvents& events() noexcept { return events_; }
    [[nodiscard]] tasks::Ledger& ledger() noexcept { return ledger_; }

protected:
    AsioLoopModel(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger} {}
    void task_started() noexcept { ++alive_; }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    std::size_t alive_ = 0;
    // One thread: the library uses no locks. (The hint 1 would keep the locks and only save waking other threads.)
    asio::io_context context_{ASIO_CONCURRENCY_HINT_UNSAFE};
    AsioEvents events_{context_};
};

}  // namespace models
