#include "models/workers/require_threads.h"

#include <latch>
#include <thread>
#include <vector>

namespace models {

void require_threads(std::size_t count) {
    std::vector<std::jthread> threads;
    std::latch all_tried{1};
    try {
        for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&] { all_tried.wait(); });
    } catch (...) {
        all_tried.count_down();
        throw;
    }
    all_tried.count_down();
}

}  // namespace models
