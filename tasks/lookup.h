#pragma once

#include <algorithm>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tasks {

// "a, b, c"
template <std::ranges::range Names>
[[nodiscard]] std::string join(Names&& names) {
    std::string joined;
    for (const std::string_view name : names) {
        if (!joined.empty()) joined.append(", ");
        joined.append(name);
    }
    return joined;
}

// The entry of a table that has this name. Throws std::invalid_argument, with the names that there are; `what` says
// what they name.
template <class Entry>
[[nodiscard]] const Entry& find_named(std::span<const Entry* const> table, std::string_view name,
                                      std::string_view what) {
    const auto name_of = [](const Entry* entry) { return entry->name; };
    const auto found = std::ranges::find(table, name, name_of);
    if (found != table.end()) return **found;
    std::string message{"unknown "};
    message.append(what).append(" '").append(name).append("'; there are: ");
    message.append(join(table | std::views::transform(name_of)));
    throw std::invalid_argument{message};
}

}  // namespace tasks
