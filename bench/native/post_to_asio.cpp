#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>

#include "bench/native/bare_tasks.h"

namespace bench {

struct PostToAsio::Pool {
    std::atomic<std::size_t> left{0};
    asio::thread_pool threads{2};  // destroyed first: the threads use `left`
};

PostToAsio::PostToAsio() : pool_{std::make_unique<Pool>()} {}
PostToAsio::~PostToAsio() = default;

void PostToAsio::run(std::size_t tasks, const Ended& ended) {
    // Not by the pool's own wait(): after it the pool takes no more functions.
    std::atomic<std::size_t>& left = pool_->left;
    left.store(tasks);
    const auto wait = [&left] {
        for (std::size_t now = left.load(); now != 0; now = left.load()) left.wait(now);
    };
    std::size_t index = 0;
    try {
        for (; index < tasks; ++index) {
            asio::post(pool_->threads, [&left, &ended, index] {
                ended(index);
                if (left.fetch_sub(1) == 1) left.notify_one();
            });
        }
    } catch (...) {
        left.fetch_sub(tasks - index);
        wait();
        throw;
    }
    wait();
}

}  // namespace bench
