#pragma once

#include <string>
#include <string_view>

#include "models/model.h"
#include "tasks/arguments.h"
#include "workloads/workload.h"

namespace bench {

// What one measurement runs: a workload under a model, each with its arguments.
struct Case {
    const workloads::Entry* workload = nullptr;  // in the table of workloads, which outlives every case
    const models::Entry* model = nullptr;        // in the table of models or of native controls
    tasks::Arguments arguments;                  // of the workload: one for each of its parameters
    tasks::Arguments model_arguments;            // of the model: one for each of its parameters

    // "echo/thread_pool/workers:100/connections:100/payload:64/requests:20000/work_us:0"
    [[nodiscard]] std::string name() const;
    // "connections" if the pool has one worker for each connection; "tasks" if the workload says so; otherwise empty.
    [[nodiscard]] std::string_view workers_symbol() const;
};

// The reverse of Case::name(). Arguments may have any order; a missing one has its default. Throws
// std::invalid_argument, with a message of one line that lists what may be written.
[[nodiscard]] Case parse_case(std::string_view name);

[[nodiscard]] Case make_case(const workloads::Entry& workload, const models::Entry& model,
                             const tasks::Arguments& arguments, const tasks::Arguments& model_arguments);

// An argument for each parameter of the model: the given one, or else the model's default for this workload, with its
// complete arguments, on this machine. Throws std::invalid_argument, as tasks::complete() does.
[[nodiscard]] tasks::Arguments complete_arguments(const models::Entry& model, const workloads::Entry& workload,
                                                  const tasks::Arguments& of_workload,
                                                  const tasks::Arguments& given = {});

}  // namespace bench
