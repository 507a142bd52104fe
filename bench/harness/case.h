#pragma once

#include <string>
#include <string_view>

#include "models/model.h"
#include "tasks/arguments.h"
#include "workloads/workload.h"

namespace bench {

// One crossing of the axes: a workload at a size under a model at a size.
struct Case {
    const workloads::Entry* workload = nullptr;  // both of the tables, which live for ever
    const models::Entry* model = nullptr;
    tasks::Arguments arguments;        // of the workload, complete
    tasks::Arguments model_arguments;  // complete

    // "echo/thread_pool/workers:16/connections:100/payload:64/requests:50"
    [[nodiscard]] std::string name() const;
};

// The reverse of Case::name(). Sizes may be left out and stand in any order. Throws std::invalid_argument, with a
// one-line message that says what there is.
[[nodiscard]] Case parse_case(std::string_view name);

[[nodiscard]] Case make_case(const workloads::Entry& workload, const models::Entry& model,
                             const tasks::Arguments& arguments, const tasks::Arguments& model_arguments);

// The sizes of a model, complete: those that are given, and for the others what the model has by default for this kind
// of workload on this machine. Throws std::invalid_argument, as tasks::complete().
[[nodiscard]] tasks::Arguments complete_arguments(const models::Entry& model, workloads::Group group,
                                                  const tasks::Arguments& given = {});

}  // namespace bench
