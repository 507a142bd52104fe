#pragma once

#include <span>
#include <stdexcept>
#include <string_view>

#include "models/model.h"

namespace models {

// Every model of this build, in the order of tables and charts.
[[nodiscard]] std::span<const Entry* const> table() noexcept;

// Adds a model of a program of its own. To be called at the beginning of main; the entry lives for ever, and its name
// must be new.
void add_model(const Entry& entry);

// A model that is made of a library which this build has not.
struct Absent {
    std::string_view name;
    Family family{};
    std::string_view library;
    std::string_view option;  // CONCUR_WITH_<option>
};
[[nodiscard]] std::span<const Absent> absent() noexcept;

// What find() throws for such a model, with the way out.
class AbsentModel : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

// Throws std::invalid_argument, with the names that there are.
[[nodiscard]] const Entry& find(std::string_view name);

}  // namespace models
