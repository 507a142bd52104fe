#include "bench/suite/json_reader.h"

#include <algorithm>
#include <charconv>
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
    // All of them are seconds, and the clock counts nanoseconds with 64 bits.
    constexpr double most = 1e9;
    if (!value.is_number() || value.get<double>() <= 0 || value.get<double>() > most) {
        fail("'" + std::string{key} + "' must be a number above 0, and 1e9 at most");
    }
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

namespace {

// Appends 1, 2, 4, ... up to the number of CPUs, and that number itself.
void append_powers(std::vector<Number>& numbers, std::int64_t cpus) {
    for (std::int64_t power = 1; power < cpus; power *= 2) numbers.push_back({power});
    numbers.push_back({cpus, "cpus"});
}

// Appends what a text stands for. Returns false if it is no symbol.
bool append_symbol(std::vector<Number>& numbers, const std::string& text, std::int64_t cpus) {
    constexpr std::string_view symbol = "cpus";
    constexpr std::int64_t factor_most = 1'000'000;
    if (text == "1..cpus") {
        append_powers(numbers, cpus);
        return true;
    }
    if (text == symbol) {
        numbers.push_back({cpus, text});
        return true;
    }
    std::int64_t factor = 0;
    const auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), factor);
    const std::string_view rest{after, static_cast<std::size_t>(text.data() + text.size() - after)};
    if (error != std::errc{} || factor < 1 || factor > factor_most || rest != "*cpus") return false;
    numbers.push_back({factor * cpus, text});
    return true;
}

}  // namespace

void Zip::add(const JsonReader& reader, const std::string& name, const json& numbers, std::optional<std::size_t> cpus) {
    Column column{.name = name, .numbers = {}, .list = numbers.is_array()};
    const auto append = [&](const json& value) {
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (value.is_number_unsigned() && value.get<std::uint64_t>() > most) {
            reader.fail("'" + name + "' is " + value.dump() + ", which is too large for any argument");
        } else if (value.is_number_integer()) {
            column.numbers.push_back({value.get<std::int64_t>()});
        } else if (!cpus) {
            reader.fail("'" + name + "' must be a whole number, or a list of them");
        } else if (!value.is_string() ||
                   !append_symbol(column.numbers, value.get<std::string>(), static_cast<std::int64_t>(*cpus))) {
            reader.fail(
                "'" + name +
                "' must be a whole number, 'cpus', '2*cpus' (or another multiple), '1..cpus', or a list of them");
        }
    };
    if (column.list) {
        std::ranges::for_each(numbers, append);
        if (column.numbers.empty()) reader.fail("'" + name + "' is an empty list");
    } else {
        append(numbers);
        column.list = column.numbers.size() > 1;
    }
    if (column.list) require_equal_length(reader, column);
    columns_.push_back(std::move(column));
}

void Zip::require_equal_length(const JsonReader& reader, const Column& column) {
    if (!listed_) {
        listed_ = true;
        first_list_ = column.name;
        length_ = column.numbers.size();
    }
    if (column.numbers.size() == length_) return;
    reader.fail("'" + column.name + "' lists " + std::to_string(column.numbers.size()) + " numbers and '" +
                first_list_ + "' " + std::to_string(length_) + "; all lists of an entry must have the same length");
}

const Number& Zip::at(std::string_view name, std::size_t index) const {
    for (const Column& column : columns_) {
        if (column.name == name) return column.numbers[column.list ? index : 0];
    }
    throw std::out_of_range{"no numbers named '" + std::string{name} + "'"};
}

}  // namespace bench
