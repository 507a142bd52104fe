#include <oneapi/tbb/task_group.h>

#include "bench/native/bare_tasks.h"
#include "bench/native/two_onetbb_threads.h"

namespace bench {

SpawnInOneTbb::SpawnInOneTbb() : threads_{std::make_unique<TwoOneTbbThreads>()} {}
SpawnInOneTbb::~SpawnInOneTbb() = default;

void SpawnInOneTbb::run(std::size_t tasks, const Ended& ended) {
    threads_->arena.execute([&] {
        oneapi::tbb::task_group group;
        for (std::size_t index = 0; index < tasks; ++index) group.run([&ended, index] { ended(index); });
        group.wait();
    });
}

}  // namespace bench
