#pragma once

#include <span>
#include <stdexcept>
#include <string_view>

#include "models/model.h"

namespace models {

// Every model of this build, in the order of tables and charts. Throws std::logic_error where a line of
// models/CMakeLists.txt names another family than the model's entry does.
[[nodiscard]] std::span<const Entry* const> table();

// The model that is taken where none is asked for: by the peers of the harness, by serve, and in tests that need some
// model, whichever it is.
inline constexpr std::string_view default_model = "epoll";

// Adds a model of a program of its own. To be called at the beginning of main; the entry lives for ever, and its name
// must be new.
void add_model(const Entry& entry);

// A model that is made of a library which this build has not.
struct Absent {
    std::string_view name;
    Family family{};
    std::string_view libraries;  // that this build lacks: "liburing"
    std::string_view options;    // that insist on them: "-DCONCUR_WITH_LIBURING=ON"
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
