#include "bench/suite/json_reader.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "bench/suite/usage_error.h"
#include "tasks/lookup.h"

namespace bench {

using nlohmann::json;

JsonReader::JsonReader(const json& object, std::string where, std::initializer_list<std::string_view> keys)
    : object_{&object}, where_{std::move(where)} {
    if (!object.is_object()) fail("this must be an object with the keys " + tasks::join_names(keys));
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(keys, key) == keys.end()) {
            fail("unknown key '" + key + "'; there are: " + tasks::join_names(keys));
        }
    }
}

const json* JsonReader::find(std::string_view key) const {
    const auto found = object_->find(std::string{key});
    return found == object_->end() ? nullptr : &*found;
}

const json& JsonReader::at(std::string_view key) const {
    const json* const value = find(key);
    if (value == nullptr) fail("'" + std::string{key} + "' is missing");
    return *value;
}

std::string JsonReader::text(std::string_view key) const {
    const json& value = at(key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
        fail("'" + std::string{key} + "' must be a text");
    }
    return value.get<std::string>();
}

double JsonReader::positive_number(std::string_view key) const {
    const json& value = at(key);
    if (!value.is_number() || value.get<double>() <= 0) fail("'" + std::string{key} + "' must be a number above 0");
    return value.get<double>();
}

int JsonReader::positive_integer(std::string_view key) const {
    const json& value = at(key);
    if (!value.is_number_integer() || value.get<double>() < 1 ||
        value.get<double>() > std::numeric_limits<int>::max()) {
        fail("'" + std::string{key} + "' must be a whole number above 0");
    }
    return value.get<int>();
}

const json& JsonReader::array(std::string_view key) const {
    const json& value = at(key);
    if (!value.is_array()) fail("'" + std::string{key} + "' must be a list");
    return value;
}

std::string JsonReader::element(std::string_view key, std::size_t index) const {
    return where_ + ": " + std::string{key} + "[" + std::to_string(index) + "]";
}

void JsonReader::fail(const std::string& message) const { throw UsageError{where_ + ": " + message}; }

void Zip::add(const JsonReader& reader, const std::string& name, const json& numbers) {
    const auto number = [&](const json& value) {
        if (!value.is_number_integer()) reader.fail("'" + name + "' must be a whole number, or a list of them");
        return value.get<std::int64_t>();
    };
    Column column{.name = name, .numbers = {}, .list = numbers.is_array()};
    if (!column.list) {
        column.numbers.push_back(number(numbers));
        columns_.push_back(std::move(column));
        return;
    }
    for (const json& value : numbers) column.numbers.push_back(number(value));
    if (column.numbers.empty()) reader.fail("'" + name + "' is an empty list");
    if (!listed_) {
        listed_ = true;
        first_list_ = name;
        length_ = column.numbers.size();
    }
    if (column.numbers.size() != length_) {
        reader.fail("'" + name + "' lists " + std::to_string(column.numbers.size()) + " numbers and '" + first_list_ +
                    "' " + std::to_string(length_) + "; all lists of an entry must have the same length");
    }
    columns_.push_back(std::move(column));
}

std::int64_t Zip::at(std::string_view name, std::size_t index) const {
    for (const Column& column : columns_) {
        if (column.name == name) return column.numbers[column.list ? index : 0];
    }
    throw std::out_of_range{"no numbers named '" + std::string{name} + "'"};
}

}  // namespace bench
