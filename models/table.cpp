#include "models/table.h"

#include <array>
#include <string>
#include <vector>

#include "tasks/lookup.h"

namespace models {

// Generated from models/CMakeLists.txt: this build's entries with their families, and the models that it lacks.
#include "table_lines.h"

namespace {

std::vector<const Entry*> checked_lines() {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i]->family == families[i]) continue;
        throw std::logic_error{"models/CMakeLists.txt: the FAMILY of " + std::string{lines[i]->name} + " is " +
                               std::string{to_string(lines[i]->family)}};
    }
    return {lines.begin(), lines.end()};
}

std::vector<const Entry*>& whole_table() {
    static std::vector<const Entry*> table = checked_lines();
    return table;
}

}  // namespace

std::span<const Entry* const> table() { return whole_table(); }

void add_model(const Entry& entry) { whole_table().push_back(&entry); }

std::span<const Absent> absent() noexcept { return absent_lines; }

const Entry& find(std::string_view name) {
    for (const Absent& one : absent_lines) {
        if (one.name != name) continue;
        throw AbsentModel{"model '" + std::string{name} + "' needs " + std::string{one.libraries} +
                          ", which this build lacks: install it and configure with " + std::string{one.options}};
    }
    return tasks::find_named(table(), name, "model");
}

}  // namespace models
