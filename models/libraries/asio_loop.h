#pragma once

// With clang, Asio 1.22 looks for the coroutines of the technical specification. clang has those of C++20 since version
// 14.
#if defined(__clang__) && !defined(ASIO_HAS_CO_AWAIT)
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1
#endif
#include <asio.hpp>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/deadlock.h"
#include "models/loop/join_counter.h"
#include "models/loop/primitives.h"
#include "models/loop/reports_to.h"
#include "models/model.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/operation.h"
#include "tasks/task.h"

// What has objects of the library in it. asio_uring.cpp, for which the library is built in another way, gives this
// namespace and the library's another name, so that no name has two definitions in the program.
namespace models {
inline namespace over_asio {

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
#if defined(ASIO_HAS_FILE)
        files_.release_all();
#endif
    }

    [[nodiscard]] Stream& stream(int descriptor) {
        return streams_.of(descriptor, context_, asio::generic::stream_protocol{AF_INET, 0});
    }
    [[nodiscard]] Acceptor& acceptor(int listener) { return acceptors_.of(listener, context_, asio::ip::tcp::v4()); }
#if defined(ASIO_HAS_FILE)
    [[nodiscard]] asio::random_access_file& file(int descriptor) { return files_.of(descriptor, context_); }
#endif

private:
    // By descriptor. A task nearly always uses the same one again.
    template <class Socket>
    class Known {
    public:
        // `protocol`: of a socket; a file has none.
        template <class... Protocol>
        Socket& of(int descriptor, asio::io_context& context, const Protocol&... protocol) {
            return last_ != nullptr && last_descriptor_ == descriptor ? *last_
                                                                      : another(descriptor, context, protocol...);
        }
        void release_all() {
            asio::error_code ignored;
            for (auto& [descriptor, socket] : sockets_) socket.release(ignored);
        }

    private:
        template <class... Protocol>
        Socket& another(int descriptor, asio::io_context& context, const Protocol&... protocol) {
            const auto [place, is_new] = sockets_.try_emplace(descriptor, context);
            Socket& made = place->second;
            if (is_new) made.assign(protocol..., descriptor);
            last_descriptor_ = descriptor;
            last_ = &made;
            return made;
        }

        std::unordered_map<int, Socket> sockets_;  // a node-based map: the library keeps the addresses
        int last_descriptor_ = -1;
        Socket* last_ = nullptr;  // null: there is none
    };

    asio::io_context& context_;
    Known<Stream> streams_;
    Known<Acceptor> acceptors_;
#if defined(ASIO_HAS_FILE)
    Known<asio::random_access_file> files_;
#endif
};

// What a task needs of the library to wait for the kernel.
struct AsioIo {
    explicit AsioIo(asio::io_context& context) : timer{context}, sockets{context} {}
    asio::steady_timer timer;
    AsioSockets sockets;
};

// Makes the parts of the context that wait for the kernel (its epoll instance, its timer), as the first socket would.
// By then, the tasks may have used up the descriptors.
inline void open_kernel_parts(asio::io_context& context) { const AsioIo first{context}; }

// A task that waits for another one. Either resume() or drop() is called, once; the task may end in both.
class AsioWaiter : public Continuation {
public:
    AsioWaiter() = default;
    AsioWaiter(const AsioWaiter&) = delete;
    AsioWaiter& operator=(const AsioWaiter&) = delete;

    // The run has failed: destroys the task and its carrier.
    virtual void drop() noexcept = 0;

    struct Drop {
        void operator()(AsioWaiter* waiter) const noexcept { waiter->drop(); }
    };
    using Owned = std::unique_ptr<AsioWaiter, Drop>;

    // The context will resume the waiter, which it owns until then. Null: nobody is to be resumed.
    static void post(asio::io_context& context, Continuation* waiter) {
        if (waiter == nullptr) return;
        Owned owned{static_cast<AsioWaiter*>(waiter)};
        asio::post(context, [owned = std::move(owned)]() mutable { owned.release()->resume(); });
    }

protected:
    ~AsioWaiter() = default;
};

// To whom an Asio task reports its end. SharedJoinCounter if many threads run the context.
template <class Counter>
using AsioReportsTo = OwnsParent<Counter, AsioWaiter>;

// The primitives of a job, for one or many threads that run the context: what may go on is posted to it.
class AsioPrimitives {
public:
    explicit AsioPrimitives(asio::io_context& context) : context_{context} {}
    AsioPrimitives(const AsioPrimitives&) = delete;
    AsioPrimitives& operator=(const AsioPrimitives&) = delete;
    ~AsioPrimitives() {
        primitives_.drop_waiting([](Continuation& waiter) { static_cast<AsioWaiter&>(waiter).drop(); });
    }

    // Before each run, after the end of the last one.
    void begin_run(const tasks::Demand& demand) {
        // A thread of the last run may still be in all_wait().
        const std::scoped_lock lock{mutex_};
        primitives_.begin_run(demand);
    }
    // As Primitives::start(). False: `waiter` belongs to this object until it is resumed, which
    // may happen at once on another thread.
    template <OnPrimitive Asked>
    bool start(const Asked& asked, AsioWaiter& waiter, tasks::Result& result) {
        const std::scoped_lock lock{mutex_};
        const bool done = primitives_.start(asked, waiter, result);
        try {
            for (Continuation*& resumed : resumed_) AsioWaiter::post(context_, std::exchange(resumed, nullptr));
        } catch (...) {
            // There was no memory for a handler. The run fails, so nobody needs the others.
            for (Continuation* const left : resumed_) AsioWaiter::Owned{static_cast<AsioWaiter*>(left)};
            resumed_.clear();
            throw;
        }
        resumed_.clear();
        return done;
    }
    // Those that wait now, if they are all of the `able` tasks; nullopt if one does not wait.
    [[nodiscard]] std::optional<WaitingTasks> all_wait(const std::atomic<std::size_t>& able) {
        // The count is read under the lock: no task that waits can end meanwhile.
        const std::scoped_lock lock{mutex_};
        const std::size_t waiting = primitives_.waiting().total();
        if (waiting == 0 || waiting < able.load(std::memory_order_acquire)) return std::nullopt;
        return primitives_.waiting();
    }
    // The same for one thread.
    [[nodiscard]] const WaitingTasks& waiting() const noexcept { return primitives_.waiting(); }

private:
    asio::io_context& context_;
    std::mutex mutex_;
    std::vector<Continuation*> resumed_;
    Primitives primitives_{resumed_};
};

// What models share that run Asio on one thread.
class AsioLoopModel : public Model {
public:
    // Starts every root task and runs the context until it has nothing left to do. Throws Deadlock if tasks are alive
    // then.
    void run() final {
        primitives_.begin_run(demand_);
        for (std::size_t index = 0; index < job_.size(); ++index) start_root(index);
        context_.restart();
        context_.run();
        if (alive_ > 0) throw Deadlock{primitives_.waiting()};
    }
    // The context will make this root task, and run it.
    virtual void start_root(std::size_t index) = 0;
    void task_ended() {
        --alive_;
        task_waits();
    }
    // Ends the run if every task waits for another, or for its children. A coroutine of the library that waits counts
    // as work, so that the context would wait for ever.
    void task_waits() {
        if (alive_ > 0 && primitives_.waiting().total() + joining_ == alive_) context_.stop();
    }
    void task_joins() {
        ++joining_;
        task_waits();
    }
    void task_joined() noexcept { --joining_; }
    [[nodiscard]] const tasks::Job& job() const noexcept { return job_; }
    [[nodiscard]] asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] AsioPrimitives& primitives() noexcept { return primitives_; }
    [[nodiscard]] tasks::Ledger& ledger() noexcept { return ledger_; }

    using JoinCounter = LocalJoinCounter;
    using ReportsTo = AsioReportsTo<JoinCounter>;

protected:
    AsioLoopModel(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger}, demand_{job.demand()} {
        open_kernel_parts(context_);
    }
    void task_started() noexcept { ++alive_; }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    tasks::Demand demand_;
    std::size_t alive_ = 0;
    std::size_t joining_ = 0;  // of these, those that wait for their children
    // One thread: the library uses no locks. (The hint 1 would keep the locks and only save waking other threads.)
    asio::io_context context_{ASIO_CONCURRENCY_HINT_UNSAFE};
    AsioPrimitives primitives_{context_};
};

}  // namespace over_asio
}  // namespace models
