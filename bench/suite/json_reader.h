#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// Reads a JSON object that a person wrote. Every error is a UsageError with the place in the file and the valid
// choices. The JSON must outlive the reader.
class JsonReader {
public:
    // `where` begins every message: "quick.json: cases[3]". A key that is not in `keys` is an error.
    JsonReader(const nlohmann::json& object, std::string where, std::initializer_list<std::string_view> keys);

    [[nodiscard]] const std::string& where() const noexcept { return where_; }
    // Null if the key is missing.
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
    [[nodiscard]] const nlohmann::json& at(std::string_view key) const;

    [[nodiscard]] std::string text(std::string_view key) const;
    // At most 1e9.
    [[nodiscard]] double positive_number(std::string_view key) const;
    [[nodiscard]] int positive_integer(std::string_view key) const;
    // An array, and the `where` of one of its elements.
    [[nodiscard]] const nlohmann::json& array(std::string_view key) const;
    [[nodiscard]] std::string element(std::string_view key, std::size_t index) const;

    [[noreturn]] void fail(const std::string& message) const;

private:
    const nlohmann::json* object_;
    std::string where_;
};

// A number in a suite file. It may depend on the machine; then it has a symbol: "cpus", "2*cpus".
struct Number {
    std::int64_t value;
    std::string symbol = {};
};

// Combines named numbers and lists of numbers. All lists have the same length; a single number is repeated. So
// {"connections": [1, 10], "payload": 64} gives (1, 64) and (10, 64).
class Zip {
public:
    // `cpus`: for what the symbol "cpus" stands; nullopt: symbols are not allowed here. "1..cpus" stands for several
    // numbers: 1, 2, 4, ... and cpus. Throws UsageError by `reader`.
    void add(const JsonReader& reader, const std::string& name, const nlohmann::json& numbers,
             std::optional<std::size_t> cpus = {});

    [[nodiscard]] std::size_t size() const noexcept { return listed_ ? length_ : 1; }
    // Throws std::out_of_range for a name that was not added.
    [[nodiscard]] const Number& at(std::string_view name, std::size_t index) const;

private:
    struct Column {
        std::string name;
        std::vector<Number> numbers;
        bool list;
    };
    void require_equal_length(const JsonReader& reader, const Column& column);

    std::vector<Column> columns_;
    std::string first_list_;
    std::size_t length_ = 0;
    bool listed_ = false;
};

}  // namespace bench
