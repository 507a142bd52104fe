#include "bench/harness/case.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "bench/native/controls.h"
#include "sys/cpu_set.h"
#include "workloads/table.h"

namespace bench {

std::string Case::name() const {
    return std::string{workload->name} + "/" + std::string{model->name} + model_parameters.path() + parameters.path();
}

Case make_case(const workloads::Entry& workload, const models::Entry& model, const tasks::Sizes& sizes,
               const tasks::Sizes& model_sizes) {
    if (model.family == models::Family::native && workload.name != workload_of_control(model)) {
        throw std::invalid_argument{"'" + std::string{model.name} + "' is a hand-written control for " +
                                    std::string{workload_of_control(model)} + " alone"};
    }
    return {&workload, &model, tasks::complete(workload.parameters, sizes),
            tasks::complete(model.parameters, model_sizes)};
}

Case parse_case(std::string_view name) {
    const std::size_t first_slash = name.find('/');
    if (first_slash == std::string_view::npos) {
        throw std::invalid_argument{"'" + std::string{name} + "' is not a case: write workload/model/size:number/..."};
    }
    const workloads::Entry& workload = workloads::find(name.substr(0, first_slash));
    const std::string_view rest = name.substr(first_slash + 1);
    const std::size_t second_slash = std::min(rest.find('/'), rest.size());
    const models::Entry& model = find_model(rest.substr(0, second_slash));

    std::vector<tasks::Sizes::Item> sizes;
    std::vector<tasks::Sizes::Item> model_sizes;
    const tasks::Sizes given = tasks::parse_sizes(rest.substr(second_slash));
    for (const auto& item : given.items()) {
        const bool of_model = std::ranges::find(model.parameters, std::string_view{item.first},
                                                &tasks::Parameter::name) != model.parameters.end();
        (of_model ? model_sizes : sizes).push_back(item);
    }
    return make_case(workload, model, tasks::Sizes{std::move(sizes)}, tasks::Sizes{std::move(model_sizes)});
}

tasks::Sizes model_sizes(const models::Entry& model, workloads::Group group, const tasks::Sizes& given) {
    const models::Load load = group == workloads::Group::cpu ? models::Load::computes : models::Load::waits;
    const tasks::Sizes by_default = model.default_sizes(load, sys::current_affinity().size());
    std::vector<tasks::Sizes::Item> items(given.items().begin(), given.items().end());
    for (const tasks::Sizes::Item& item : by_default.items()) {
        if (std::ranges::find(given.items(), item.first, &tasks::Sizes::Item::first) == given.items().end()) {
            items.push_back(item);
        }
    }
    return tasks::complete(model.parameters, tasks::Sizes{std::move(items)});
}

}  // namespace bench
