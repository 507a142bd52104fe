#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/case.h"
#include "bench/suite/json_reader.h"
#include "models/table.h"

namespace bench {

// A model, with the arguments that the suite gives it: one line in every chart. The others are the model's defaults for
// each case.
struct Series {
    const models::Entry* model;
    Given given;
};

// Calls the function. If it throws std::invalid_argument, reports the message as an error at this place in the file.
// models::AbsentModel passes unchanged.
template <class Function>
decltype(auto) located(const JsonReader& reader, Function function) {
    try {
        return function();
    } catch (const models::AbsentModel&) {
        throw;
    } catch (const std::invalid_argument& error) {
        reader.fail(error.what());
    }
}

// Adds the arguments under `key`, if any. Returns their names. `cpus`: the CPUs of a model. Errors are those of
// `reader`.
[[nodiscard]] std::vector<std::string> add_arguments(const JsonReader& reader, std::string_view key, std::size_t cpus,
                                                     Zip& zip);
// The arguments of these names in row `index`.
[[nodiscard]] Given take(const Zip& zip, const std::vector<std::string>& names, std::size_t index);

// A list of models, each chosen by its name, or several by a trait or a family. A model that the list names has the
// arguments given there; the list's traits and families do not choose it again.
[[nodiscard]] std::vector<Series> parse_series(const nlohmann::json& models, const JsonReader& of, std::string_view key,
                                               std::size_t cpus);

}  // namespace bench
