#include "workloads/table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "tasks/lookup.h"

namespace workloads {

// Defines `lines`: the entries, in the order of the lines of workloads/CMakeLists.txt.
#include "table_lines.h"

namespace {

std::vector<const Entry*>& whole_table() {
    static std::vector<const Entry*> table(lines.begin(), lines.end());
    return table;
}

}  // namespace

std::span<const Entry* const> table() noexcept { return whole_table(); }

void add_workload(const Entry& entry) {
    assert(std::ranges::find(table(), entry.name, &Entry::name) == table().end());
    whole_table().push_back(&entry);
}

const Entry& find(std::string_view name) { return tasks::find_named(table(), name, "workload"); }

}  // namespace workloads
