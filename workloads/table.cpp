#include "workloads/table.h"

#include <vector>

#include "tasks/lookup.h"

namespace workloads {

// Each stands in the file of its name.
extern const Entry noop;
extern const Entry primes;
extern const Entry mandelbrot;
extern const Entry switching;
extern const Entry timers;
extern const Entry park;
extern const Entry ping_pong;
extern const Entry echo;
extern const Entry open_echo;
extern const Entry http;
extern const Entry fetch;

namespace {

std::vector<const Entry*>& whole_table() {
    static std::vector<const Entry*> table{
        &noop, &primes, &mandelbrot, &switching, &park, &timers, &ping_pong, &echo, &open_echo, &http, &fetch,
    };
    return table;
}

}  // namespace

std::span<const Entry* const> table() noexcept { return whole_table(); }

void add_workload(const Entry& entry) { whole_table().push_back(&entry); }

const Entry& find(std::string_view name) { return tasks::find_named(table(), name, "workload"); }

}  // namespace workloads
