#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bench/harness/placement.h"
#include "models/model.h"
#include "tasks/arguments.h"
#include "workloads/workload.h"

namespace bench {

// What an argument stands for, by its name: {"workers": "cpus"}. On another machine the same symbol is another number,
// so cases of different machines are compared by their symbols.
using Symbols = std::map<std::string, std::string, std::less<>>;

// Arguments that a suite or a user gives, and the symbols of some of them.
struct Given {
    tasks::Arguments arguments;
    Symbols symbols = {};
};

// How many CPUs a model has, by the group of the workload.
struct ModelCpus {
    std::size_t computing = 1;
    std::size_t serving = 1;

    [[nodiscard]] std::size_t of(workloads::Group group) const noexcept {
        return group == workloads::Group::cpu ? computing : serving;
    }
};
[[nodiscard]] inline ModelCpus count_model_cpus(const CpuPlan& plan) noexcept {
    return {.computing = plan.computing.model.size(), .serving = plan.serving.model.size()};
}

// What one measurement runs: a workload under a model, each with its arguments.
struct Case {
    const workloads::Entry* workload = nullptr;  // in the table of workloads, which outlives every case
    const models::Entry* model = nullptr;        // in the table of models or of native controls
    tasks::Arguments arguments;                  // of the workload: one for each of its parameters
    tasks::Arguments model_arguments;            // of the model: one for each of its parameters
    // Of both. A pool has "cpus" workers by default; or, if each keeps a connection open, as many as "connections" (or
    // what the workload keeps open).
    Symbols symbols = {};

    // "echo/thread_pool/workers:100/connections:100/payload:64/requests:20000/work_us:0"
    [[nodiscard]] std::string name() const;
};

// The reverse of Case::name(). Arguments may have any order; a missing one has its default. An argument that is what
// the default would be has the default's symbol. Throws std::invalid_argument, with a message of one line that lists
// what may be written.
[[nodiscard]] Case parse_case(std::string_view name, const ModelCpus& cpus);

// An argument for each parameter: the given one, or else the default, which for a model depends on the workload with
// its complete arguments, and on its CPUs. Throws std::invalid_argument, as tasks::complete() does.
[[nodiscard]] Case make_case(const workloads::Entry& workload, const models::Entry& model, const Given& of_workload,
                             const Given& of_model, const ModelCpus& cpus);

// The workload of the case, with the acceptors that the model asks for. Throws std::system_error.
[[nodiscard]] std::unique_ptr<workloads::Workload> make_workload(const Case& what);

}  // namespace bench
