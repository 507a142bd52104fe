#include "models/table.h"

#include <array>

#include "tasks/lookup.h"

namespace models {

// Each stands in the file of its name.
extern const Entry serial;
extern const Entry thread_per_task;
extern const Entry thread_pool;
extern const Entry process_per_task;
extern const Entry process_pool;
extern const Entry coroutine;
extern const Entry nonblocking;
extern const Entry select;
extern const Entry poll;
extern const Entry epoll;

std::span<const Entry* const> table() noexcept {
    static constexpr std::array entries{
        &serial, &thread_per_task, &thread_pool, &process_per_task, &process_pool, &coroutine, &nonblocking, &select,
        &poll,   &epoll,
    };
    return entries;
}

const Entry& find(std::string_view name) { return tasks::find_named(table(), name, "model"); }

}  // namespace models
