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

// If two are equal only because of the number of CPUs of this machine, the first takes the symbols of the second.
bool takes_symbols(Symbols& of_first, const Symbols& of_second) {
    if (of_first == of_second) return false;
    of_first.insert(of_second.begin(), of_second.end());
    return true;
}

// Returns whether there was an equal point.
bool is_merged(std::vector<Point>& points, const workloads::Entry& workload, const Given& arguments) {
    const auto equal = std::ranges::find_if(points, [&](const Point& one) {
        return one.workload == &workload && one.arguments.arguments == arguments.arguments;
    });
    return equal != points.end() && takes_symbols(equal->arguments.symbols, arguments.symbols);
}

// The name of a model under `key`; empty if there is none, or if this build lacks the model.
std::string parse_model(const JsonReader& reader, std::string_view key) {
    if (reader.find(key) == nullptr) return {};
    const std::string name = reader.text(key);
    try {
        return std::string{located(reader, [&]() -> const models::Entry& { return find_model(name); }).name};
    } catch (const models::AbsentModel&) {
        return {};
    }
}

// The baseline of a group of workloads; empty if the suite names none.
std::string parse_baseline(const JsonReader& suite, std::string_view group) {
    if (suite.find("baseline") == nullptr) return {};
    return parse_model({suite.at("baseline"), suite.where() + ": baseline", {"cpu", "io"}}, group);
}

std::vector<Point> parse_points(const JsonReader& suite, const Suite& so_far) {
    const ModelCpus model_cpus = count_model_cpus(so_far.cpus);
    std::vector<Point> points;
    if (suite.find("cases") == nullptr) return points;
    const json& cases = suite.array("cases");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const JsonReader reader{cases[i],
                                suite.element("cases", i),
                                {"workload", "arguments", "iterations", "count_rounds", "models", "baseline"}};
        const workloads::Entry& workload =
            located(reader, [&]() -> const workloads::Entry& { return workloads::find(reader.text("workload")); });
        const std::size_t cpus = model_cpus.of(workload.group);
        Zip zip;
        const auto names = add_arguments(reader, "arguments", cpus, zip);
        const bool cpu = workload.group == workloads::Group::cpu;
        const json* const models = reader.find("models");
        const std::vector<Series> series =
            models != nullptr ? parse_series(*models, reader, "models", cpus) : (cpu ? so_far.cpu : so_far.io);
        const int count_rounds =
            reader.find("count_rounds") != nullptr ? reader.positive_integer("count_rounds") : so_far.count_rounds;
        const std::string baseline = reader.find("baseline") != nullptr
                                         ? parse_model(reader, "baseline")
                                         : (cpu ? so_far.cpu_baseline : so_far.io_baseline);
        const json* const iterations = reader.find("iterations");
        zip.add(reader, "iterations", iterations != nullptr ? *iterations : json(1));
        for (std::size_t at = 0; at < zip.size(); ++at) {
            const std::int64_t count = zip.at("iterations", at).value;
            if (count < 1 || count > 1'000'000) reader.fail("'iterations' must be from 1 to 1000000");
            Given given = take(zip, names, at);
            located(reader, [&] {
                given.arguments = tasks::complete(workload.parameters, given.arguments);
                if (workload.check != nullptr) workload.check(given.arguments);
            });
            if (is_merged(points, workload, given)) continue;
            points.push_back({&workload, std::move(given), static_cast<int>(count), count_rounds, series, baseline});
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

// The journal of a run tells groups apart by their names.
void require_different_names(const Suite& suite, const JsonReader& reader) {
    std::set<std::string> names;
    const auto require_new = [&](const std::string& name) {
        if (!names.insert(name).second) reader.fail("two entries are of " + name + "; let one name all the models");
    };
    for (const Point& point : suite.points) {
        require_new(std::string{point.workload->name} + point.arguments.arguments.path());
    }
    for (const NamedGroup& group : suite.groups) require_new(group.name);
}

std::vector<std::string> texts(const JsonReader& reader, std::string_view key) {
    std::vector<std::string> found;
    if (reader.find(key) == nullptr) return found;
    for (const json& text : reader.array(key)) {
        if (!text.is_string()) reader.fail("'" + std::string{key} + "' must be a list of texts");
        found.push_back(text.get<std::string>());
    }
    return found;
}

NamedGroup parse_group(const JsonReader& reader, int count_rounds, const ModelCpus& cpus) {
    NamedGroup group{.name = reader.text("name"),
                     .cases = {},
                     .repeated = {},
                     .iterations = reader.find("iterations") != nullptr ? reader.positive_integer("iterations") : 1,
                     .count_rounds = reader.find("count_rounds") != nullptr ? reader.positive_integer("count_rounds")
                                                                            : count_rounds};
    std::set<std::string> names;
    const auto repeat = texts(reader, "repeat");
    for (const std::string& text : texts(reader, "cases")) {
        try {
            Case what = located(reader, [&] { return parse_case(text, cpus); });
            const std::string name = what.name();
            if (!names.insert(name).second) reader.fail("case " + name + " is there twice");
            if (std::ranges::find(repeat, text) != repeat.end()) group.repeated.push_back(name);
            group.cases.push_back(std::move(what));
        } catch (const models::AbsentModel&) {
            // This build lacks the model; the list of models in the document says so.
        }
    }
    return group;
}

std::vector<NamedGroup> parse_groups(const JsonReader& suite, int count_rounds, const ModelCpus& cpus) {
    std::vector<NamedGroup> groups;
    if (suite.find("groups") == nullptr) return groups;
    const json& list = suite.array("groups");
    std::set<std::string> names;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const JsonReader reader{
            list[i], suite.element("groups", i), {"name", "cases", "repeat", "iterations", "count_rounds"}};
        groups.push_back(parse_group(reader, count_rounds, cpus));
        if (!names.insert(groups.back().name).second) reader.fail("there is another group of this name");
    }
    return groups;
}

std::vector<Case> parse_controls(const JsonReader& suite, const std::set<std::string>& planned,
                                 const ModelCpus& model_cpus) {
    std::vector<Case> controls;
    if (suite.find("controls") == nullptr) return controls;
    const json& list = suite.array("controls");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const JsonReader reader{
            list[i], suite.element("controls", i), {"workload", "arguments", "model", "model_arguments"}};
        const workloads::Entry& workload =
            located(reader, [&]() -> const workloads::Entry& { return workloads::find(reader.text("workload")); });
        const std::size_t cpus = model_cpus.of(workload.group);
        Zip zip;
        Zip model_zip;
        const auto names = add_arguments(reader, "arguments", cpus, zip);
        const auto model_names = add_arguments(reader, "model_arguments", cpus, model_zip);
        if (zip.size() != 1 || model_zip.size() != 1)
            reader.fail("an A/A control is one case: give numbers, not lists");
        Case control = located(reader, [&] {
            return make_case(workload, find_model(reader.text("model")), take(zip, names, 0),
                             take(model_zip, model_names, 0), model_cpus);
        });
        const std::string name = control.name();
        if (!planned.contains(name)) reader.fail(name + " is not a case of this suite; an A/A control repeats one");
        if (!seen.insert(name).second) reader.fail("control " + name + " is there twice");
        controls.push_back(std::move(control));
    }
    return controls;
}

}  // namespace

std::vector<Case> Suite::cases(const Point& point) const {
    std::vector<Case> cases;
    for (const Series& series : point.series) {
        try {
            Case one = make_case(*point.workload, *series.model, point.arguments, series.given, count_model_cpus(cpus));
            const auto equal = std::ranges::find(cases, one.name(), &Case::name);
            if (equal != cases.end() && takes_symbols(equal->symbols, one.symbols)) continue;
            cases.push_back(std::move(one));
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

Suite parse_suite(const json& suite, const std::string& file, const MachineCpus& machine,
                  std::optional<Placement> placement) {
    const JsonReader reader{suite,
                            file,
                            {"name", "rounds", "count_rounds", "budget_s", "time_limit_s", "placement", "baseline",
                             "models", "cases", "groups", "controls"}};
    static const json no_models{{"cpu", json::array()}, {"io", json::array()}};
    const bool only_groups = reader.find("models") == nullptr && reader.find("groups") != nullptr;
    const JsonReader models{only_groups ? no_models : reader.at("models"), file + ": models", {"cpu", "io"}};
    if (!placement) placement = located(reader, [&] { return parse_placement(reader.text("placement")); });
    const CpuPlan cpus = plan_cpus(*placement, machine);
    const ModelCpus model_cpus = count_model_cpus(cpus);
    Suite result{.name = reader.text("name"),
                 .rounds = reader.positive_integer("rounds"),
                 .count_rounds = reader.find("count_rounds") != nullptr ? reader.positive_integer("count_rounds") : 1,
                 .budget_s = {},
                 .cpu_baseline = parse_baseline(reader, "cpu"),
                 .io_baseline = parse_baseline(reader, "io"),
                 .time_limit_s = reader.positive_number("time_limit_s"),
                 .cpus = cpus,
                 .cpu = parse_series(models.at("cpu"), models, "cpu", model_cpus.computing),
                 .io = parse_series(models.at("io"), models, "io", model_cpus.serving),
                 .points = {},
                 .groups = {},
                 .controls = {}};
    if (reader.find("budget_s") != nullptr) result.budget_s = reader.positive_number("budget_s");
    if (reader.find("groups") == nullptr) (void)reader.array("cases");
    result.points = parse_points(reader, result);
    result.groups = parse_groups(reader, result.count_rounds, model_cpus);
    const std::set<std::string> planned = case_names(result, reader);
    require_different_names(result, reader);
    if (planned.empty() && result.groups.empty())
        reader.fail("there is no case: 'cases' and 'models' of their group must not be empty");
    result.controls = parse_controls(reader, planned, model_cpus);
    return result;
}

Suite load_suite(const std::filesystem::path& path, const MachineCpus& machine, std::optional<Placement> placement) {
    return parse_suite(or_usage_error("", [&] { return read_json(path); }), path.string(), machine, placement);
}

}  // namespace bench
