#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "bench/native/bare_tasks.h"

namespace bench {

struct SpawnInOneTbb::Arena {
    // Two threads, even on one CPU.
    oneapi::tbb::global_control allowed{oneapi::tbb::global_control::max_allowed_parallelism, 2};
    oneapi::tbb::task_arena threads{2};
};

SpawnInOneTbb::SpawnInOneTbb() : arena_{std::make_unique<Arena>()} { arena_->threads.initialize(); }
SpawnInOneTbb::~SpawnInOneTbb() = default;

void SpawnInOneTbb::run(std::size_t tasks, const Ended& ended) {
    arena_->threads.execute([&] {
        oneapi::tbb::task_group group;
        for (std::size_t index = 0; index < tasks; ++index) group.run([&ended, index] { ended(index); });
        group.wait();
    });
}

}  // namespace bench
