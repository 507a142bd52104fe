#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// A JSON object that a person wrote. Every complaint is a UsageError that says where and what there is. The JSON is
// lent: it outlives this.
class JsonReader {
public:
    // `where` is put before every message: "quick.json: cases[3]". A key that is none of `keys` is an error.
    JsonReader(const nlohmann::json& object, std::string where, std::initializer_list<std::string_view> keys);

    [[nodiscard]] const std::string& where() const noexcept { return where_; }
    // Null where the key is not there.
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
    [[nodiscard]] const nlohmann::json& at(std::string_view key) const;

    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] double positive_number(std::string_view key) const;
    [[nodiscard]] int positive_integer(std::string_view key) const;
    // An array, and where each of its elements stands.
    [[nodiscard]] const nlohmann::json& array(std::string_view key) const;
    [[nodiscard]] std::string element(std::string_view key, std::size_t index) const;

    [[noreturn]] void fail(const std::string& message) const;

private:
    const nlohmann::json* object_;
    std::string where_;
};

// Numbers of which some are one and some are a list, zipped: lists have the same length, one number stands for a
// list of it. {"connections": [1, 10], "payload": 64} gives (1, 64) and (10, 64).
class Zip {
public:
    // `complain` names the key in its messages. Throws UsageError.
    void add(const JsonReader& complain, const std::string& name, const nlohmann::json& numbers);

    [[nodiscard]] std::size_t size() const noexcept { return listed_ ? length_ : 1; }
    // Throws std::out_of_range for a name that was not added.
    [[nodiscard]] std::int64_t at(std::string_view name, std::size_t index) const;

private:
    struct Column {
        std::string name;
        std::vector<std::int64_t> numbers;
        bool list;
    };
    std::vector<Column> columns_;
    std::string first_list_;
    std::size_t length_ = 0;
    bool listed_ = false;
};

}  // namespace bench
