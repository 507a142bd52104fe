#include "bench/harness/case.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/native/controls.h"
#include "sys/cpu_set.h"
#include "workloads/table.h"

namespace bench {

std::string Case::name() const {
    return std::string{workload->name} + "/" + std::string{model->name} + model_arguments.path() + arguments.path();
}

std::string_view Case::workers_symbol() const {
    if (workload->kept_open == nullptr) return {};
    const auto by_default = [this](std::size_t kept_open) {
        return model->default_arguments({.load = models::Load::waits, .cpus = 1, .kept_open = kept_open});
    };
    // Only a pool whose workers keep a connection each has as many as there are connections, unless it is told
    // otherwise.
    if (by_default(1) == by_default(2)) return {};
    return by_default(workload->kept_open(arguments)) == model_arguments ? workload->kept_open_are : "";
}

Case make_case(const workloads::Entry& workload, const models::Entry& model, const tasks::Arguments& arguments,
               const tasks::Arguments& model_arguments) {
    if (model.family == models::Family::native && workload.name != workload_of_control(model)) {
        throw std::invalid_argument{"'" + std::string{model.name} +
                                    "' is a native control and runs only the workload " +
                                    std::string{workload_of_control(model)}};
    }
    tasks::Arguments complete = tasks::complete(workload.parameters, arguments);
    if (model.family == models::Family::native && workload.name == "echo" && complete.at("work_us") != 0) {
        throw std::invalid_argument{"'" + std::string{model.name} +
                                    "' is a native control and computes nothing: give it work_us:0"};
    }
    if (workload.check != nullptr) workload.check(complete);
    return {&workload, &model, std::move(complete), tasks::complete(model.parameters, model_arguments)};
}

Case parse_case(std::string_view name) {
    const std::size_t first_slash = name.find('/');
    if (first_slash == std::string_view::npos) {
        throw std::invalid_argument{"'" + std::string{name} +
                                    "' is not a case: write workload/model/argument:number/..."};
    }
    const workloads::Entry& workload = workloads::find(name.substr(0, first_slash));
    const std::string_view rest = name.substr(first_slash + 1);
    const std::size_t second_slash = std::min(rest.find('/'), rest.size());
    const models::Entry& model = find_model(rest.substr(0, second_slash));

    std::vector<tasks::Arguments::Item> arguments;
    std::vector<tasks::Arguments::Item> model_arguments;
    const tasks::Arguments given = tasks::parse_arguments(rest.substr(second_slash));
    for (const auto& item : given.items()) {
        const bool of_model = std::ranges::find(model.parameters, std::string_view{item.first},
                                                &tasks::Parameter::name) != model.parameters.end();
        (of_model ? model_arguments : arguments).push_back(item);
    }
    const tasks::Arguments complete = tasks::complete(workload.parameters, tasks::Arguments{std::move(arguments)});
    return make_case(workload, model, complete,
                     complete_arguments(model, workload, complete, tasks::Arguments{std::move(model_arguments)}));
}

tasks::Arguments complete_arguments(const models::Entry& model, const workloads::Entry& workload,
                                    const tasks::Arguments& of_workload, const tasks::Arguments& given) {
    const tasks::Arguments by_default = model.default_arguments(
        {.load = workload.group == workloads::Group::cpu ? models::Load::computes : models::Load::waits,
         .cpus = sys::current_affinity().size(),
         .kept_open = workload.kept_open != nullptr ? workload.kept_open(of_workload) : 0});
    std::vector<tasks::Arguments::Item> items(given.items().begin(), given.items().end());
    for (const tasks::Arguments::Item& item : by_default.items()) {
        if (std::ranges::find(given.items(), item.first, &tasks::Arguments::Item::first) == given.items().end()) {
            items.push_back(item);
        }
    }
    return tasks::complete(model.parameters, tasks::Arguments{std::move(items)});
}

}  // namespace bench
