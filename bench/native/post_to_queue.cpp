#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/native/bare_tasks.h"

namespace bench {

struct PostToQueue::Pool {
    std::mutex mutex;
    std::condition_variable posted;
    std::condition_variable all_ended;
    std::deque<std::size_t> queue;  // this and the next four are guarded by the mutex
    std::size_t idle = 0;
    std::size_t left = 0;
    bool stopping = false;
    const Ended* ended = nullptr;
    std::vector<std::jthread> threads;  // destroyed first: they use the members above

    void work() {
        std::unique_lock lock{mutex};
        for (;;) {
            while (queue.empty() && !stopping) {
                ++idle;
                posted.wait(lock);
                --idle;
            }
            if (queue.empty()) return;
            const std::size_t index = queue.front();
            queue.pop_front();
            lock.unlock();
            (*ended)(index);
            lock.lock();
            if (--left == 0) all_ended.notify_one();
        }
    }
    void stop() {
        {
            const std::scoped_lock lock{mutex};
            stopping = true;
        }
        posted.notify_all();
        threads.clear();
    }
    ~Pool() { stop(); }
};

PostToQueue::PostToQueue() : pool_{std::make_unique<Pool>()} {
    for (int i = 0; i < 2; ++i) pool_->threads.emplace_back([&pool = *pool_] { pool.work(); });
}
PostToQueue::~PostToQueue() = default;

void PostToQueue::run(std::size_t tasks, const Ended& ended) {
    Pool& pool = *pool_;
    {
        const std::scoped_lock lock{pool.mutex};
        pool.ended = &ended;
        pool.left = tasks;
    }
    for (std::size_t index = 0; index < tasks; ++index) {
        const std::scoped_lock lock{pool.mutex};
        pool.queue.push_back(index);
        if (pool.idle > 0) pool.posted.notify_one();
    }
    std::unique_lock lock{pool.mutex};
    pool.all_ended.wait(lock, [&pool] { return pool.left == 0; });
}

}  // namespace bench
