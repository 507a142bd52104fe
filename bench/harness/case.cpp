#include "bench/harness/case.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "bench/native/controls.h"
#include "sys/cpu_set.h"
#include "workloads/table.h"

namespace bench {

std::string Case::name() const {
    return std::string{workload->name} + "/" + std::string{model->name} + model_arguments.path() + arguments.path();
}

Case make_case(const workloads::Entry& workload, const models::Entry& model, const tasks::Arguments& arguments,
               const tasks::Arguments& model_arguments) {
    if (model.family == models::Family::native && workload.name != workload_of_control(model)) {
        throw std::invalid_argument{"'" + std::string{model.name} +
                                    "' is a native control and runs only the workload " +
                                    std::string{workload_of_control(model)}};
    }
    return {&workload, &model, tasks::complete(workload.parameters, arguments),
            tasks::complete(model.parameters, model_arguments)};
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
    return make_case(workload, model, tasks::Arguments{std::move(arguments)},
                     tasks::Arguments{std::move(model_arguments)});
}

tasks::Arguments complete_arguments(const models::Entry& model, workloads::Group group, const tasks::Arguments& given) {
    const models::Load load = group == workloads::Group::cpu ? models::Load::computes : models::Load::waits;
    const tasks::Arguments by_default = model.default_arguments(load, sys::current_affinity().size());
    std::vector<tasks::Arguments::Item> items(given.items().begin(), given.items().end());
    for (const tasks::Arguments::Item& item : by_default.items()) {
        if (std::ranges::find(given.items(), item.first, &tasks::Arguments::Item::first) == given.items().end()) {
            items.push_back(item);
        }
    }
    return tasks::complete(model.parameters, tasks::Arguments{std::move(items)});
}

}  // namespace bench
