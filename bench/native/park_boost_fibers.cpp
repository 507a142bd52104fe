#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/operations.hpp>
#include <memory>
#include <mutex>

#include "bench/native/bare_tasks.h"
#include "models/fiber_stacks.h"

namespace bench {

struct ParkBoostFibers::Pool {
    models::FiberStacks stacks;
};

ParkBoostFibers::ParkBoostFibers() : pool_{std::make_unique<Pool>()} {}
ParkBoostFibers::~ParkBoostFibers() = default;

void ParkBoostFibers::run(std::size_t tasks, const Ended& ended) {
    namespace fibers = boost::fibers;
    fibers::mutex mutex;
    fibers::condition_variable released;
    fibers::condition_variable all_ended;
    bool is_released = false;
    std::size_t left = 0;
    const auto release_and_wait = [&] {
        std::unique_lock lock{mutex};
        is_released = true;
        released.notify_all();
        all_ended.wait(lock, [&] { return left == 0; });
    };
    try {
        for (std::size_t index = 0; index < tasks; ++index) {
            fibers::fiber{std::allocator_arg, pool_->stacks,
                          [&, index] {
                              std::unique_lock lock{mutex};
                              released.wait(lock, [&] { return is_released; });
                              ended(index);
                              if (--left == 0) all_ended.notify_one();
                          }}
                .detach();
            ++left;
        }
    } catch (...) {
        release_and_wait();
        throw;
    }
    // Every fiber runs until it waits.
    boost::this_fiber::yield();
    release_and_wait();
}

}  // namespace bench
