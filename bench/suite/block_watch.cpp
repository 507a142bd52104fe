#include "bench/suite/block_watch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bench {

nlohmann::json BlockWatch::evidence() const {
    nlohmann::json found{{"elapsed_ns", (sys::now() - begin_).count()},
                         {"steal_ns", nullptr},
                         {"others_cpu_ns", nullptr},
                         {"throttled_ns", nullptr}};
    if (const auto after = sys::machine_time(); machine_ && after) {
        found["steal_ns"] = (after->steal - machine_->steal).count();
        // What the kernel does later for processes that have ended is no other program's work.
        const sys::Nanoseconds ours = sys::Nanoseconds{(sys::usage_with_children() - used_).cpu_ns()} +
                                      sys::used_between(kernel_, sys::kernel_thread_times());
        found["others_cpu_ns"] = std::max(sys::Nanoseconds{0}, after->busy - machine_->busy - ours).count();
    }
    if (const auto after = sys::throttled_time(); throttled_ && after) {
        found["throttled_ns"] = (*after - *throttled_).count();
    }
    return found;
}

}  // namespace bench
