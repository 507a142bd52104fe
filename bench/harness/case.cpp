#include "bench/harness/case.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/native/controls.h"
#include "tasks/quoted.h"
#include "workloads/table.h"

namespace bench {
namespace {

using Item = tasks::Arguments::Item;

// The defaults of a model for a workload, and what they stand for.
Given defaults(const models::Entry& model, const workloads::Entry& workload, const tasks::Arguments& of_workload,
               std::size_t cpus) {
    const bool keeps_open = workload.kept_open != nullptr;
    const auto with = [&](std::size_t cpu_count, std::size_t kept_open) {
        const std::size_t in_calls =
            keeps_open && workload.kept_in_calls != nullptr ? workload.kept_in_calls(of_workload) : kept_open;
        return model.default_arguments({.load = workload.group == workloads::Group::cpu && !keeps_open
                                                    ? models::Load::computes
                                                    : models::Load::waits,
                                        .cpus = cpu_count,
                                        .kept_open = kept_open,
                                        .in_calls = in_calls});
    };
    const std::size_t kept_open = keeps_open ? workload.kept_open(of_workload) : 0;
    Given found{with(cpus, kept_open)};
    // What makes a difference is what an argument stands for.
    const auto name_those_that_differ = [&](const tasks::Arguments& one, const tasks::Arguments& other,
                                            std::string_view symbol) {
        for (const auto& [name, value] : one.items()) {
            if (other.at(name) != value) found.symbols.emplace(name, symbol);
        }
    };
    if (keeps_open) name_those_that_differ(with(cpus, 1), with(cpus, 2), workload.kept_open_are);
    name_those_that_differ(with(1, kept_open), with(2, kept_open), "cpus");
    return found;
}

void check_control(const models::Entry& model, const workloads::Entry& workload, const tasks::Arguments& arguments) {
    if (model.family != models::Family::native) return;
    if (!control_runs(model, workload.name)) {
        throw std::invalid_argument{
            "'" + std::string{model.name} + "' is a native control and runs only the workload " +
            std::string{workload_of_control(model)} + (control_runs(model, "idle_crowd") ? " (and idle_crowd)" : "")};
    }
    if (workload.name == "echo" && arguments.at("work_us") != 0) {
        throw std::invalid_argument{"'" + std::string{model.name} +
                                    "' is a native control and computes nothing: give it work_us:0"};
    }
}

const Item* find(const tasks::Arguments& arguments, std::string_view name) {
    const auto found = std::ranges::find(arguments.items(), name, &Item::first);
    return found == arguments.items().end() ? nullptr : &*found;
}

}  // namespace

std::string Case::name() const {
    return std::string{workload->name} + "/" + std::string{model->name} + model_arguments.path() + arguments.path();
}

Case make_case(const workloads::Entry& workload, const models::Entry& model, const Given& of_workload,
               const Given& of_model, const ModelCpus& cpus) {
    tasks::Arguments complete = tasks::complete(workload.parameters, of_workload.arguments);
    check_control(model, workload, complete);
    if (workload.check != nullptr) workload.check(complete);
    const Given by_default = defaults(model, workload, complete, cpus.of(workload.group));
    Symbols symbols = of_workload.symbols;
    symbols.insert(of_model.symbols.begin(), of_model.symbols.end());
    std::vector<Item> items(of_model.arguments.items().begin(), of_model.arguments.items().end());
    for (const Item& item : by_default.arguments.items()) {
        if (find(of_model.arguments, item.first) != nullptr) continue;
        items.push_back(item);
        const auto symbol = by_default.symbols.find(item.first);
        if (symbol != by_default.symbols.end()) symbols.insert(*symbol);
    }
    return {&workload, &model, std::move(complete),
            tasks::complete(model.parameters, tasks::Arguments{std::move(items)}), std::move(symbols)};
}

Case parse_case(std::string_view name, const ModelCpus& cpus) {
    const std::size_t first_slash = name.find('/');
    if (first_slash == std::string_view::npos) {
        throw std::invalid_argument{tasks::quoted(name) + " is not a case: write workload/model/argument:number/..."};
    }
    const workloads::Entry& workload = workloads::find(name.substr(0, first_slash));
    const std::string_view rest = name.substr(first_slash + 1);
    const std::size_t second_slash = std::min(rest.find('/'), rest.size());
    const models::Entry& model = find_model(rest.substr(0, second_slash));

    std::vector<Item> arguments;
    std::vector<Item> model_arguments;
    const tasks::Arguments given = tasks::parse_arguments(rest.substr(second_slash));
    for (const auto& item : given.items()) {
        const bool of_model = std::ranges::find(model.parameters, std::string_view{item.first},
                                                &tasks::Parameter::name) != model.parameters.end();
        (of_model ? model_arguments : arguments).push_back(item);
    }
    Case parsed = make_case(workload, model, {tasks::Arguments{std::move(arguments)}},
                            {tasks::Arguments{std::move(model_arguments)}}, cpus);
    const Given by_default = defaults(model, workload, parsed.arguments, cpus.of(workload.group));
    for (const auto& [argument, symbol] : by_default.symbols) {
        if (parsed.model_arguments.at(argument) == by_default.arguments.at(argument)) {
            parsed.symbols.emplace(argument, symbol);
        }
    }
    return parsed;
}

std::unique_ptr<workloads::Workload> make_workload(const Case& what) {
    return what.workload->make(what.arguments, {.count = what.model->acceptors(what.model_arguments),
                                                .own_listeners = what.model->own_listeners});
}

}  // namespace bench
