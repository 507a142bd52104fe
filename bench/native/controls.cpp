#include "bench/native/controls.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/native/blocking_echo.h"
#include "bench/native/coroutine_echo.h"
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

using Serve = void (*)(int listener, std::size_t connections, std::size_t buffer_bytes,
                       const std::function<void(native::Served)>& ended);

template <Serve serve>
class NativeEcho final : public models::Model {
public:
    NativeEcho(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger} {}

    void run() override {
        const std::size_t connections = job_.demand().tasks_at_once - job_.size();
        // As large as echo's own for payloads up to 16 KiB.
        constexpr std::size_t buffer_bytes = 32'768;
        serve(listener_of(job_), connections, buffer_bytes, [this](native::Served served) {
            ledger_.finish(tasks::TaskId::spawned, {.digest = tasks::mix(served.bytes, served.sum)});
        });
        ledger_.finish(tasks::root(0), {.digest = 0});
    }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
};

template <Serve serve>
constexpr models::Entry control(std::string_view name, std::string_view carrier, std::string_view waiter,
                                std::string_view summary) {
    return {.name = name,
            .family = models::Family::native,
            .carrier = carrier,
            .waiter = waiter,
            .summary = summary,
            .parameters = {},
            .support =
                [](const tasks::Demand& demand, const tasks::Sizes&) {
                    return models::enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
                },
            .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Sizes&)
                -> std::unique_ptr<models::Model> { return std::make_unique<NativeEcho<serve>>(job, ledger); }};
}

constexpr models::Entry native_blocking = control<native::serve_echo_by_threads>(
    "native_blocking", "thread each", "blocking", "control of thread_per_task: an echo server written by hand");
constexpr models::Entry native_epoll = control<native::serve_echo_by_epoll>(
    "native_epoll", "hand-written state", "epoll, level-triggered", "control of epoll: an echo server written by hand");
constexpr models::Entry native_coroutine =
    control<native::serve_echo_by_coroutines>("native_coroutine", "coroutine frame", "epoll, level-triggered",
                                              "control of coroutine: an echo server written by hand");

}  // namespace

std::span<const models::Entry* const> native_controls() noexcept {
    static constexpr std::array controls{&native_blocking, &native_epoll, &native_coroutine};
    return controls;
}

const models::Entry& find_model(std::string_view name) {
    const auto found = std::ranges::find(native_controls(), name, &models::Entry::name);
    return found != native_controls().end() ? **found : models::find(name);
}

}  // namespace bench
