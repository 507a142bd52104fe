#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "models/libraries/asio_handlers.h"
#include "models/libraries/asio_loop.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {
inline namespace over_asio {

// Tasks driven by completion handlers on one thread. Shared by asio and asio_uring.
class AsioModel final : public AsioLoopModel {
public:
    AsioModel(const tasks::Job& job, tasks::Ledger& ledger) : AsioLoopModel{job, ledger} {}

    void start_root(std::size_t index) override {
        task_started();
        AsioTask<AsioModel>::post_root(*this, index);
    }
    void start(std::unique_ptr<tasks::Task> task, ReportsTo reports_to) {
        task_started();
        AsioTask<AsioModel>::post(*this, std::move(task), std::move(reports_to));
    }
};

}  // namespace over_asio
}  // namespace models
