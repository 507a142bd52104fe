#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "models/libraries/asio_loop.h"
#include "models/loop/file_calls.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {
inline namespace over_asio {

// The model that runs AsioTasks.
template <class Host>
concept AsioHost = requires(Host& host, std::unique_ptr<tasks::Task> task,
                            AsioReportsTo<typename Host::JoinCounter> reports_to) {
    host.start(std::move(task), std::move(reports_to));
    { host.job() } -> std::same_as<const tasks::Job&>;
    { host.context() } -> std::same_as<asio::io_context&>;
    { host.primitives() } -> std::same_as<AsioPrimitives&>;
    { host.ledger() } -> std::same_as<tasks::Ledger&>;
    host.task_ended();
    host.task_waits();   // one more waits for another
    host.task_joins();   // one more waits for its children
    host.task_joined();  // one of these goes on
};

// A task driven by Asio's completion handlers: the handler of each operation resumes the task. A task has one operation
// at a time, so it needs no strand, even with many threads. Shared by asio, asio_uring and asio_pool.
template <class Host>
class AsioTask final : public AsioWaiter {
public:
    using ReportsTo = AsioReportsTo<typename Host::JoinCounter>;

    AsioTask(Host& host, std::unique_ptr<tasks::Task> task, ReportsTo reports_to)
        : host_{host}, task_{std::move(task)}, reports_to_{std::move(reports_to)} {}

    // The host's context will make root task `index`, and run it.
    static void post_root(Host& host, std::size_t index) {
        asio::post(host.context(), [&host, index] {
            go_on(std::make_unique<AsioTask>(host, host.job().make(index), tasks::root(index)), {});
        });
    }
    // The host's context will run the task.
    static void post(Host& host, std::unique_ptr<tasks::Task> task, ReportsTo reports_to) {
        asio::post(host.context(), [&host, task = std::move(task), reports_to = std::move(reports_to)]() mutable {
            go_on(std::make_unique<AsioTask>(host, std::move(task), std::move(reports_to)), {});
        });
    }

    // Resumes the task until it has to wait or has finished; then this object is destroyed.
    static void go_on(std::unique_ptr<AsioTask> self, tasks::Result result) {
        static_assert(AsioHost<Host>);
        AsioTask& task = *self;
        for (;;) {
            tasks::Operation next = task.task_->resume(result);
            if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                Host& host = task.host_;
                task.children_.require_joined();
                Continuation* const parent = task.reports_to_.report(*finish, host.ledger());
                if (parent != nullptr) host.task_joined();
                AsioWaiter::post(host.context(), parent);
                self.reset();
                return host.task_ended();
            }
            if (!task.perform(next, self)) return;
            result = task.result_;
        }
    }
    // Another task has woken it.
    void resume() override { go_on(std::unique_ptr<AsioTask>{this}, result_); }
    void drop() noexcept override { delete this; }

private:
    using Self = std::unique_ptr<AsioTask>;

    // A handler that resumes the task with the operation's result.
    static auto completion(Self& self) {
        return [self = std::move(self)](const asio::error_code& error, std::size_t bytes = 0) mutable {
            go_on(std::move(self), to_result(error, bytes));
        };
    }

    // True: the operation is done, and `self` still owns the object. False: a handler owns it.
    bool perform(tasks::Operation& operation, Self& self) {
        result_ = {};
        return std::visit(
            tasks::Overloaded{
                [&](const tasks::Accept& accept) {
                    auto& acceptor = io().sockets.acceptor(accept.listener);
                    acceptor.async_accept([self = std::move(self)](const asio::error_code& error,
                                                                   asio::ip::tcp::socket connection) mutable {
                        const int descriptor = error ? 0 : connection.release();
                        go_on(std::move(self), error ? to_result(error) : tasks::Result{descriptor});
                    });
                    return false;
                },
                [&](const tasks::Connect& connect) {
                    const asio::ip::tcp::endpoint where{asio::ip::address_v4{ntohl(connect.address.sin_addr.s_addr)},
                                                        ntohs(connect.address.sin_port)};
                    io().sockets.stream(connect.socket).async_connect(where, completion(self));
                    return false;
                },
                [&](const tasks::Receive& receive) {
                    auto& stream = io().sockets.stream(receive.socket);
                    stream.async_read_some(asio::buffer(receive.into.data(), receive.into.size()), completion(self));
                    return false;
                },
                [&](const tasks::Send& send) {
                    auto& stream = io().sockets.stream(send.socket);
                    asio::async_write(stream, asio::buffer(send.bytes.data(), send.bytes.size()), completion(self));
                    return false;
                },
                [&]<tasks::OnFile Asked>(const Asked& asked) { return perform_on_file(asked, self); },
                [&](const tasks::Sleep& sleep) {
                    asio::steady_timer& timer = io().timer;
                    timer.expires_at(sleep.until);
                    timer.async_wait(completion(self));
                    return false;
                },
                [&](tasks::Compute) {
                    task_->compute();
                    return true;
                },
                [&](tasks::Yield) {
                    asio::post(host_.context(), [self = std::move(self)]() mutable { go_on(std::move(self), {}); });
                    return false;
                },
                [&]<OnPrimitive Asked>(const Asked& asked) {
                    Host& host = host_;
                    if (host.primitives().start(asked, *this, result_)) return true;
                    // The task may have gone on already, on another thread.
                    (void)self.release();
                    host.task_waits();
                    return false;
                },
                [&](tasks::Spawn& spawn) {
                    if (!spawn.joined) {
                        host_.start(std::move(spawn.task), tasks::TaskId::spawned);
                    } else {
                        host_.start(std::move(spawn.task), ReportsTo{children_.child_begins()});
                    }
                    return true;
                },
                [&](tasks::Join) {
                    Host& host = host_;
                    if (children_.join(*this, result_)) return true;
                    // The task may have gone on already, on another thread.
                    (void)self.release();
                    host.task_joins();
                    return false;
                },
                [](const tasks::Finish&) { return true; },
            },
            operation);
    }

    // As perform(). Over epoll, the library has no operations on files; and over io_uring, it waits for `Sync` by a
    // call.
    template <tasks::OnFile Asked>
    bool perform_on_file(const Asked& asked, Self&) {
        result_ = call_on_file(asked);
        return true;
    }
#if defined(ASIO_HAS_FILE)
    bool perform_on_file(const tasks::Read& read, Self& self) {
        asio::async_read_at(io().sockets.file(read.file), read.offset, asio::buffer(read.into.data(), read.into.size()),
                            end_on_file(self));
        return false;
    }
    bool perform_on_file(const tasks::Write& write, Self& self) {
        asio::async_write_at(io().sockets.file(write.file), write.offset,
                             asio::buffer(write.bytes.data(), write.bytes.size()), end_on_file(self));
        return false;
    }
    // As completion(); at the end of a file, the bytes before it count.
    static auto end_on_file(Self& self) {
        return [self = std::move(self)](const asio::error_code& error, std::size_t bytes) mutable {
            const bool at_end = error == asio::error::eof;
            go_on(std::move(self), at_end ? tasks::Result{static_cast<std::int64_t>(bytes)} : to_result(error, bytes));
        };
    }
#endif

    [[nodiscard]] AsioIo& io() {
        if (!io_) io_.emplace(host_.context());
        return *io_;
    }

    Host& host_;
    std::unique_ptr<tasks::Task> task_;
    ReportsTo reports_to_;
    OwningChildren<typename Host::JoinCounter> children_;
    tasks::Result result_;  // of an operation that needs no handler
    // Destroyed before the task, which closes the descriptors. Empty if the task has used none: many tasks never do.
    std::optional<AsioIo> io_;
};

}  // namespace over_asio
}  // namespace models
