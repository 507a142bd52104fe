#pragma once

#include <span>
#include <stdexcept>
#include <string_view>

#include "models/model.h"

namespace models {

// Every model of this build, in the order of tables and charts. Throws std::logic_error if a line of
// models/CMakeLists.txt names another family than the model's entry.
[[nodiscard]] std::span<const Entry* const> table();

// The model to use if the user names none: for the harness's peers, for serve, and for tests that need some model.
inline constexpr std::string_view default_model = "epoll";

// Adds a program's own model. Call it at the beginning of main. The entry must outlive the program's use of the table,
// and its name must be new.
void add_model(const Entry& entry);

// A model that this build leaves out, because it lacks a library.
struct Absent {
    std::string_view name;
    Family family{};
    std::string_view libraries;  // the missing ones: "liburing"
    std::string_view options;    // CMake options that require them: "-DCONCUR_WITH_LIBURING=ON"
};
[[nodiscard]] std::span<const Absent> absent() noexcept;

// Thrown by find() for such a model; its message says how to get it.
class AbsentModel : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

// Throws std::invalid_argument, which lists the names of all models.
[[nodiscard]] const Entry& find(std::string_view name);

}  // namespace models
