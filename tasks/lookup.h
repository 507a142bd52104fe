#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tasks {

// "a, b, c", of what `name_of` gives for each item.
template <class Items, class NameOf = std::identity>
[[nodiscard]] std::string join_names(const Items& items, NameOf name_of = {}) {
    std::string joined;
    for (const auto& item : items) {
        if (!joined.empty()) joined.append(", ");
        joined.append(std::invoke(name_of, item));
    }
    return joined;
}

// The entry of a table of pointers that has this name. Throws std::invalid_argument, with the names that there are;
// `what` says what they name.
template <class Table>
[[nodiscard]] const auto& find_named(const Table& table, std::string_view name, std::string_view what) {
    const auto name_of = [](const auto* entry) { return entry->name; };
    const auto found = std::ranges::find(table, name, name_of);
    if (found != table.end()) return **found;
    std::string message{"unknown "};
    message.append(what).append(" '").append(name).append("'; there are: ");
    message.append(join_names(table, name_of));
    throw std::invalid_argument{message};
}

}  // namespace tasks
