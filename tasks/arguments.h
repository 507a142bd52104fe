#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tasks {

// A number that the user can choose for a workload or a model. The last part of its name is the unit (nap_us).
struct Parameter {
    std::string_view name;
    std::int64_t fallback;  // the argument if none is given
    std::int64_t least;     // both bounds are allowed values
    std::int64_t most;
    std::string_view meaning;
    // An argument that equals the fallback is left out, so that it does not stand in the name of a case. For a
    // parameter that most users never change.
    bool optional = false;
};

// Values of parameters, with their names, in a fixed order: "connections:100/payload:64".
class Arguments {
public:
    using Item = std::pair<std::string, std::int64_t>;

    Arguments() = default;
    Arguments(std::initializer_list<Item> items) : items_{items} {}
    explicit Arguments(std::vector<Item> items) : items_{std::move(items)} {}

    // Throws std::out_of_range for an unknown name.
    [[nodiscard]] std::int64_t at(std::string_view name) const;
    // For an optional parameter.
    [[nodiscard]] std::int64_t value_or(std::string_view name, std::int64_t otherwise) const;
    // The same for an argument whose parameter does not allow negative values.
    [[nodiscard]] std::size_t count(std::string_view name) const {
        const std::int64_t value = at(name);
        assert(value >= 0);
        return static_cast<std::size_t>(value);
    }
    [[nodiscard]] std::span<const Item> items() const noexcept { return items_; }
    // "/connections:100/payload:64": a slash before each argument. Empty if there are no arguments.
    [[nodiscard]] std::string path() const;
    friend bool operator==(const Arguments&, const Arguments&) = default;

private:
    std::vector<Item> items_;
};

// The reverse of Arguments::path(), with or without the first slash: "connections:100/payload:64". Throws
// std::invalid_argument for a text of another form, with a message that shows the right one.
[[nodiscard]] Arguments parse_arguments(std::string_view text);

// One argument for each parameter, in the order of the parameters: the given value, or the fallback. An optional
// parameter has none if its value is the fallback. Throws std::invalid_argument for an unknown name or a value out of
// bounds; the message names what is allowed.
[[nodiscard]] Arguments complete(std::span<const Parameter> parameters, const Arguments& given);

}  // namespace tasks
