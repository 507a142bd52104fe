#include <atomic>
#include <vector>

#include "bench/native/bare_tasks.h"
#include "sys/event.h"
#include "sys/thread.h"

namespace bench {

void ParkThreads::run(std::size_t tasks, const Ended& ended) {
    sys::Event released;
    sys::Event all_ended;
    std::atomic<std::size_t> left{tasks};
    std::vector<sys::Thread> threads;
    threads.reserve(tasks);
    try {
        for (std::size_t index = 0; index < tasks; ++index) {
            threads.emplace_back(0, [&, index] {
                released.wait();
                ended(index);
                if (left.fetch_sub(1) == 1) all_ended.announce();
            });
        }
    } catch (...) {
        released.announce();
        throw;
    }
    released.announce();
    // Without this, each join would put this thread to sleep and wake it.
    if (tasks > 0) all_ended.wait();
}

}  // namespace bench
