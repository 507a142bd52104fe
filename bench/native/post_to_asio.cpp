#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <thread>
#include <vector>

#include "bench/native/bare_tasks.h"
#include "sys/event.h"

namespace bench {

// As the model, one io_context that several threads run.
struct PostToAsio::Pool {
    std::atomic<std::size_t> left{0};
    sys::Event all_ended;
    asio::io_context context{2};
    // With a timer the context has a reactor, as that of the model and of every program with sockets: a thread that
    // finds nothing to do waits in epoll.
    asio::steady_timer timer{context};
    asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(context);
    std::vector<std::jthread> threads;  // destroyed first: they use the members above

    ~Pool() { context.stop(); }
};

PostToAsio::PostToAsio() : pool_{std::make_unique<Pool>()} {
    for (int i = 0; i < 2; ++i) pool_->threads.emplace_back([&context = pool_->context] { context.run(); });
}
PostToAsio::~PostToAsio() = default;

void PostToAsio::run(std::size_t tasks, const Ended& ended) {
    Pool& pool = *pool_;
    const auto end = [&pool](std::size_t count) {
        if (pool.left.fetch_sub(count) == count) pool.all_ended.announce();
    };
    pool.all_ended.clear();
    // One more for the caller: the count must not reach zero before all have been posted.
    pool.left.store(tasks + 1);
    std::size_t index = 0;
    try {
        for (; index < tasks; ++index) {
            asio::post(pool.context, [&ended, end, index] {
                ended(index);
                end(1);
            });
        }
    } catch (...) {
        end(tasks + 1 - index);
        pool.all_ended.wait();
        throw;
    }
    end(1);
    pool.all_ended.wait();
}

}  // namespace bench
