#include "bench/suite/suite_file.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

#include "bench/document.h"
#include "bench/native/controls.h"
#include "bench/suite/json_reader.h"
#include "bench/suite/usage_error.h"
#include "models/table.h"
#include "tasks/lookup.h"
#include "workloads/table.h"

namespace bench {
namespace {

using nlohmann::json;

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

// Adds the arguments under `key`, if any. Returns their names.
std::vector<std::string> add_arguments(const JsonReader& reader, std::string_view key, Zip& zip) {
    std::vector<std::string> names;
    const json* const arguments = reader.find(key);
    if (arguments == nullptr) return names;
    if (!arguments->is_object())
        reader.fail("'" + std::string{key} + "' must be an object that gives each name a number or a list of them");
    for (const auto& [name, numbers] : arguments->items()) {
        zip.add(reader, name, numbers);
        names.push_back(name);
    }
    return names;
}

tasks::Arguments take(const Zip& zip, const std::vector<std::string>& names, std::size_t index) {
    std::vector<tasks::Arguments::Item> items;
    items.reserve(names.size());
    for (const std::string& name : names) items.emplace_back(name, zip.at(name, index));
    return tasks::Arguments{std::move(items)};
}

// An element of a list of models. It chooses one model by its name, or all models with a trait or of a family.
struct Choice {
    JsonReader reader;
    std::vector<const models::Entry*> models;
    bool by_name;
};

std::vector<const models::Entry*> models_that(auto wanted) {
    std::vector<const models::Entry*> chosen;
    std::ranges::copy_if(models::table(), std::back_inserter(chosen),
                         [&](const auto* model) { return wanted(*model); });
    return chosen;
}

std::vector<const models::Entry*> of_trait(const JsonReader& reader) {
    const std::string trait = reader.text("models");
    if (trait == "all") return models_that([](const models::Entry&) { return true; });
    if (trait == "classic") return models_that([](const models::Entry& model) { return model.classic; });
    reader.fail("unknown models '" + trait + "'; there are: all, classic");
}

std::vector<const models::Entry*> of_family(const JsonReader& reader) {
    const std::string family = reader.text("family");
    std::set<std::string_view> families;
    for (const models::Entry* const model : models::table()) families.insert(to_string(model->family));
    for (const models::Absent& absent : models::absent()) families.insert(to_string(absent.family));
    if (!families.contains(family)) {
        reader.fail("unknown family '" + family + "'; there are: " + tasks::join_names(families));
    }
    return models_that([&](const models::Entry& model) { return to_string(model.family) == family; });
}

std::vector<const models::Entry*> of_name(const JsonReader& reader) {
    try {
        return {located(reader, [&] { return &find_model(reader.text("model")); })};
    } catch (const models::AbsentModel&) {
        // This build lacks the model; the list of models in the document says so.
        return {};
    }
}

Choice parse_choice(const json& choice, std::string where) {
    JsonReader reader{choice, std::move(where), {"model", "models", "family", "arguments"}};
    int ways = 0;
    for (const char* const way : {"model", "models", "family"}) ways += reader.find(way) != nullptr ? 1 : 0;
    if (ways != 1) reader.fail("give one of 'model' (a name), 'models' (all, classic) and 'family'");
    if (reader.find("model") != nullptr) return {reader, of_name(reader), true};
    if (reader.find("arguments") != nullptr)
        reader.fail("'arguments' needs 'model': models chosen in another way have their defaults");
    return {reader, reader.find("models") != nullptr ? of_trait(reader) : of_family(reader), false};
}

// A model that the list names has the arguments given there. The list's traits and families do not choose it again.
std::vector<Series> parse_series(const json& models, const JsonReader& of, std::string_view key) {
    if (!models.is_array()) of.fail("'" + std::string{key} + "' must be a list");
    std::vector<Choice> choices;
    std::set<const models::Entry*> taken;
    for (std::size_t i = 0; i < models.size(); ++i) {
        choices.push_back(parse_choice(models[i], of.element(key, i)));
        if (choices.back().by_name) taken.insert(choices.back().models.begin(), choices.back().models.end());
    }
    std::vector<Series> series;
    for (const Choice& choice : choices) {
        Zip zip;
        const auto names = add_arguments(choice.reader, "arguments", zip);
        for (const models::Entry* const model : choice.models) {
            if (!choice.by_name && !taken.insert(model).second) continue;
            for (std::size_t at = 0; at < zip.size(); ++at) {
                tasks::Arguments given = take(zip, names, at);
                (void)located(choice.reader, [&] { return tasks::complete(model->parameters, given); });
                series.push_back({model, std::move(given)});
            }
        }
    }
    return series;
}

std::vector<Point> parse_points(const JsonReader& suite, const Suite& so_far) {
    std::vector<Point> points;
    const json& cases = suite.array("cases");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const JsonReader reader{
            cases[i], suite.element("cases", i), {"workload", "arguments", "iterations", "count_rounds", "models"}};
        const workloads::Entry& workload =
            located(reader, [&]() -> const workloads::Entry& { return workloads::find(reader.text("workload")); });
        Zip zip;
        const auto names = add_arguments(reader, "arguments", zip);
        const bool cpu = workload.group == workloads::Group::cpu;
        const json* const models = reader.find("models");
        const std::vector<Series> series =
            models != nullptr ? parse_series(*models, reader, "models") : (cpu ? so_far.cpu : so_far.io);
        const int count_rounds =
            reader.find("count_rounds") != nullptr ? reader.positive_integer("count_rounds") : so_far.count_rounds;
        const json* const iterations = reader.find("iterations");
        zip.add(reader, "iterations", iterations != nullptr ? *iterations : json(1));
        for (std::size_t at = 0; at < zip.size(); ++at) {
            const std::int64_t count = zip.at("iterations", at);
            if (count < 1 || count > 1'000'000) reader.fail("'iterations' must be from 1 to 1000000");
            tasks::Arguments arguments = located(reader, [&] {
                tasks::Arguments complete = tasks::complete(workload.parameters, take(zip, names, at));
                if (workload.check != nullptr) workload.check(complete);
                return complete;
            });
            points.push_back({&workload, std::move(arguments), static_cast<int>(count), count_rounds, series});
        }
    }
    return points;
}

std::set<std::string> case_names(const Suite& suite, const JsonReader& reader) {
    std::set<std::string> names;
    for (const Point& point : suite.points) {
        for (const Case& one : suite.cases(point)) {
            const std::string name = one.name();
            if (!names.insert(name).second) reader.fail("case " + name + " is there twice");
        }
    }
    return names;
}

std::vector<Case> parse_controls(const JsonReader& suite, const std::set<std::string>& planned) {
    std::vector<Case> controls;
    if (suite.find("controls") == nullptr) return controls;
    const json& list = suite.array("controls");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const JsonReader reader{
            list[i], suite.element("controls", i), {"workload", "arguments", "model", "model_arguments"}};
        Zip zip;
        Zip model_zip;
        const auto names = add_arguments(reader, "arguments", zip);
        const auto model_names = add_arguments(reader, "model_arguments", model_zip);
        if (zip.size() != 1 || model_zip.size() != 1)
            reader.fail("an A/A control is one case: give numbers, not lists");
        Case control = located(reader, [&] {
            const workloads::Entry& workload = workloads::find(reader.text("workload"));
            const models::Entry& model = find_model(reader.text("model"));
            const tasks::Arguments arguments = tasks::complete(workload.parameters, take(zip, names, 0));
            return make_case(workload, model, arguments,
                             complete_arguments(model, workload, arguments, take(model_zip, model_names, 0)));
        });
        const std::string name = control.name();
        if (!planned.contains(name)) reader.fail(name + " is not a case of this suite; an A/A control repeats one");
        if (!seen.insert(name).second) reader.fail("control " + name + " is there twice");
        controls.push_back(std::move(control));
    }
    return controls;
}

}  // namespace

std::vector<Case> Suite::cases(const Point& point) {
    std::vector<Case> cases;
    for (const Series& series : point.series) {
        try {
            cases.push_back(
                make_case(*point.workload, *series.model, point.arguments,
                          complete_arguments(*series.model, *point.workload, point.arguments, series.given)));
        } catch (const std::invalid_argument&) {
            // The arguments have been checked, so this is a native control of another workload.
        }
    }
    return cases;
}

std::filesystem::path default_suites_folder() { return CONCUR_SUITES_FOLDER; }

std::filesystem::path find_suite(const std::string& suite, const std::filesystem::path& folder) {
    if (suite.find('/') != std::string::npos || suite.ends_with(".json")) return suite;
    std::error_code error;
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator{folder, error}) {
        if (file.path().extension() == ".json") names.insert(file.path().stem().string());
    }
    if (names.contains(suite)) return folder / (suite + ".json");
    throw UsageError{"unknown suite '" + suite +
                     "'; there are: " + (names.empty() ? "none" : tasks::join_names(names)) + " (in " +
                     folder.string() + "; name another folder with --suites, or give the path of a file)"};
}

Suite parse_suite(const json& suite, const std::string& file) {
    const JsonReader reader{
        suite, file, {"name", "rounds", "count_rounds", "time_limit_s", "placement", "models", "cases", "controls"}};
    const JsonReader models{reader.at("models"), file + ": models", {"cpu", "io"}};
    Suite result{.name = reader.text("name"),
                 .rounds = reader.positive_integer("rounds"),
                 .count_rounds = reader.find("count_rounds") != nullptr ? reader.positive_integer("count_rounds") : 1,
                 .time_limit_s = reader.positive_number("time_limit_s"),
                 .placement = located(reader, [&] { return parse_placement(reader.text("placement")); }),
                 .cpu = parse_series(models.at("cpu"), models, "cpu"),
                 .io = parse_series(models.at("io"), models, "io"),
                 .points = {},
                 .controls = {}};
    result.points = parse_points(reader, result);
    const std::set<std::string> planned = case_names(result, reader);
    if (planned.empty()) reader.fail("there is no case: 'cases' and 'models' of their group must not be empty");
    result.controls = parse_controls(reader, planned);
    return result;
}

Suite load_suite(const std::filesystem::path& path) {
    return parse_suite(or_usage_error("", [&] { return read_json(path); }), path.string());
}

}  // namespace bench
