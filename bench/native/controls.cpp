#include "bench/native/controls.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/native/epoll_echo.h"
#include "models/table.h"

namespace bench {
namespace {

// The listener of a server: its first root task begins by asking for a connection on it.
int listener_of(const tasks::Job& job) {
    const auto acceptor = job.make(0);
    const tasks::Operation first = acceptor->resume({});
    const auto* const accept = std::get_if<tasks::Accept>(&first);
    if (accept == nullptr) throw std::invalid_argument{"a native control serves the workload echo alone"};
    return accept->listener;
}

class NativeEpollEcho final : public models::Model {
public:
    NativeEpollEcho(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger} {}

    void run() override {
        const std::size_t connections = job_.demand().tasks_at_once - job_.size();
        // As large as echo's own for payloads up to 16 KiB.
        constexpr std::size_t buffer_bytes = 32'768;
        native::serve_echo_by_epoll(listener_of(job_), connections, buffer_bytes, [this](native::Served served) {
            ledger_.finish(tasks::TaskId::spawned, {.digest = tasks::mix(served.bytes, served.sum)});
        });
        ledger_.finish(tasks::root(0), {.digest = 0});
    }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
};

constexpr models::Entry native_epoll{
    .name = "native_epoll",
    .family = models::Family::native,
    .carrier = "hand-written state",
    .waiter = "epoll, level-triggered",
    .summary = "control: an echo server on epoll that uses nothing of concur",
    .parameters = {},
    .support =
        [](const tasks::Demand& demand, const tasks::Sizes&) {
            return models::enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Sizes&) -> std::unique_ptr<models::Model> {
        return std::make_unique<NativeEpollEcho>(job, ledger);
    },
};

}  // namespace

std::span<const models::Entry* const> native_controls() noexcept {
    static constexpr std::array controls{&native_epoll};
    return controls;
}

const models::Entry& find_model(std::string_view name) {
    const auto found = std::ranges::find(native_controls(), name, &models::Entry::name);
    return found != native_controls().end() ? **found : models::find(name);
}

}  // namespace bench
