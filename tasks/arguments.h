#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tasks {

// One size that a workload or a model can be asked for, with its unit as the last part of its name (nap_us).
struct Parameter {
    std::string_view name;
    std::int64_t fallback;  // taken where nothing is said
    std::int64_t least;
    std::int64_t most;
    std::string_view meaning;
};

// Named sizes in a fixed order: "connections:100/payload:64".
class Arguments {
public:
    using Item = std::pair<std::string, std::int64_t>;

    Arguments() = default;
    Arguments(std::initializer_list<Item> items) : items_{items} {}
    explicit Arguments(std::vector<Item> items) : items_{std::move(items)} {}

    // Throws std::out_of_range for a name that is not there.
    [[nodiscard]] std::int64_t at(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const { return static_cast<std::size_t>(at(name)); }
    [[nodiscard]] std::span<const Item> items() const noexcept { return items_; }
    // "/connections:100/payload:64", each with its slash; empty where there are none.
    [[nodiscard]] std::string path() const;
    friend bool operator==(const Arguments&, const Arguments&) = default;

private:
    std::vector<Item> items_;
};

// The reverse of path(), with or without the first slash: "connections:100/payload:64". Throws
// std::invalid_argument, with a message that shows the form.
[[nodiscard]] Arguments parse_arguments(std::string_view text);

// Every parameter, in its order, with what is given or else its fallback. Throws std::invalid_argument, with a
// message that says what there is, for an unknown name or a value out of its bounds.
[[nodiscard]] Arguments complete(std::span<const Parameter> parameters, const Arguments& given);

}  // namespace tasks
