#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "tasks/quoted.h"

namespace tasks {

// "a, b, c": the names that `name_of` returns for the items.
template <std::ranges::input_range Items, class NameOf = std::identity>
requires std::is_invocable_r_v<std::string_view, NameOf&, std::ranges::range_reference_t<const Items>>
[[nodiscard]] std::string join_names(const Items& items, NameOf name_of = {}) {
    std::string joined;
    for (const auto& item : items) {
        if (!joined.empty()) joined.append(", ");
        joined.append(std::invoke(name_of, item));
    }
    return joined;
}

// A range of pointers to entries that have a name.
template <class Table>
concept NamedTable = std::ranges::forward_range<Table> && requires(std::ranges::range_value_t<Table> entry) {
    { entry->name } -> std::convertible_to<std::string_view>;
};

// Returns the entry with this name. Throws std::invalid_argument for an unknown name: the message says what the entries
// are (`what`: "model"), and lists their names.
template <NamedTable Table>
[[nodiscard]] const auto& find_named(const Table& table, std::string_view name, std::string_view what) {
    const auto name_of = [](const auto* entry) { return entry->name; };
    const auto found = std::ranges::find(table, name, name_of);
    if (found != table.end()) return **found;
    std::string message{"unknown "};
    message.append(what).append(" ").append(quoted(name)).append("; there are: ");
    message.append(join_names(table, name_of));
    throw std::invalid_argument{message};
}

}  // namespace tasks
