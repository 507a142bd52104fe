#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>
#include <mutex>
#include <vector>

#include "bench/native/bare_tasks.h"

namespace bench {

void ParkBoostFibers::run(std::size_t tasks, const Ended& ended) {
    namespace fibers = boost::fibers;
    // The pool lives on between runs, like a model's.
    static fibers::pooled_fixedsize_stack stacks{std::size_t{64} * 1024};
    fibers::mutex mutex;
    fibers::condition_variable released;
    bool is_released = false;
    const auto release = [&] {
        const std::scoped_lock lock{mutex};
        is_released = true;
        released.notify_all();
    };
    std::vector<fibers::fiber> parked;
    parked.reserve(tasks);
    try {
        for (std::size_t index = 0; index < tasks; ++index) {
            parked.emplace_back(std::allocator_arg, stacks, [&, index] {
                std::unique_lock lock{mutex};
                released.wait(lock, [&] { return is_released; });
                lock.unlock();
                ended(index);
            });
        }
    } catch (...) {
        release();
        for (fibers::fiber& one : parked) one.join();
        throw;
    }
    // Every fiber runs until it waits.
    boost::this_fiber::yield();
    release();
    for (fibers::fiber& one : parked) one.join();
}

}  // namespace bench
