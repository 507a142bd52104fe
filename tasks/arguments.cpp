#include "tasks/arguments.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "tasks/lookup.h"
#include "tasks/quoted.h"

namespace tasks {
namespace {

const Arguments::Item* find(std::span<const Arguments::Item> items, std::string_view name) {
    const auto found = std::ranges::find(items, name, &Arguments::Item::first);
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

std::int64_t Arguments::at(std::string_view name) const {
    const Item* const item = find(items_, name);
    if (item == nullptr) throw std::out_of_range{"no argument named '" + std::string{name} + "'"};
    return item->second;
}

std::int64_t Arguments::value_or(std::string_view name, std::int64_t otherwise) const {
    const Item* const item = find(items_, name);
    return item != nullptr ? item->second : otherwise;
}

std::string Arguments::path() const {
    std::string path;
    for (const auto& [name, value] : items_) path += "/" + name + ":" + std::to_string(value);
    return path;
}

Arguments parse_arguments(std::string_view text) {
    std::vector<Arguments::Item> items;
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find('/'));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        if (item.empty()) continue;
        const std::size_t colon = item.find(':');
        const std::string_view digits = colon == std::string_view::npos ? "" : item.substr(colon + 1);
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
            throw std::invalid_argument{quoted(item) + " is not an argument: write name:number"};
        }
        const std::string_view name = item.substr(0, colon);
        if (find(items, name) != nullptr) {
            throw std::invalid_argument{"argument " + quoted(name) + " is given twice"};
        }
        items.emplace_back(name, value);
    }
    return Arguments{std::move(items)};
}

Arguments complete(std::span<const Parameter> parameters, const Arguments& given) {
    for (const auto& [name, value] : given.items()) {
        const auto parameter = std::ranges::find(parameters, std::string_view{name}, &Parameter::name);
        if (parameter == parameters.end()) {
            throw std::invalid_argument{"unknown parameter " + quoted(name) +
                                        "; there are: " + join_names(parameters, &Parameter::name)};
        }
        if (value < parameter->least || value > parameter->most) {
            throw std::invalid_argument{"argument '" + name + "' is " + std::to_string(value) + "; it goes from " +
                                        std::to_string(parameter->least) + " to " + std::to_string(parameter->most)};
        }
    }
    std::vector<Arguments::Item> items;
    for (const Parameter& parameter : parameters) {
        const Arguments::Item* const item = find(given.items(), parameter.name);
        const std::int64_t value = item != nullptr ? item->second : parameter.fallback;
        if (parameter.optional && value == parameter.fallback) continue;
        items.emplace_back(parameter.name, value);
    }
    return Arguments{std::move(items)};
}

}  // namespace tasks
