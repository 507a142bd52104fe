#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>

#include "bench/native/bare_tasks.h"
#include "sys/event.h"

namespace bench {

struct PostToAsio::Pool {
    std::atomic<std::size_t> left{0};
    sys::Event all_ended;
    asio::thread_pool threads{2};  // destroyed first: the threads use the members above
};

PostToAsio::PostToAsio() : pool_{std::make_unique<Pool>()} {}
PostToAsio::~PostToAsio() = default;

void PostToAsio::run(std::size_t tasks, const Ended& ended) {
    // Not by the pool's own wait(): after it the pool takes no more functions.
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
            asio::post(pool.threads, [&ended, end, index] {
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
