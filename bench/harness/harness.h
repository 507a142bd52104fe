#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/peer.h"
#include "bench/harness/placement.h"
#include "bench/harness/turns.h"
#include "bench/harness/window_meter.h"
#include "models/model.h"
#include "sys/cpu_set.h"
#include "sys/process_family.h"
#include "tasks/ledger.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace bench {

// Makes the workload, the peer and the model of a case, and runs it. The order matters: first the workload's sockets,
// then the peer's process, then the model's threads or processes. While a Harness lives, its thread runs on the model's
// CPUs only.
class Harness {
public:
    // `cpus`: those of its workload's group are used. `windows`: how many of a run are recorded, if it has windows.
    // `patience`: if the peer makes no progress for so long, it closes its connections. `turns`: who decides about the
    // windows; null: a run has `windows` windows with the nominal quota. It outlives the harness.
    Harness(const Case& what, const CpuPlan& cpus, std::size_t windows = 1,
            sys::Nanoseconds patience = std::chrono::seconds{5}, Turns* turns = nullptr);
    ~Harness();
    Harness(const Harness&) = delete;
    Harness& operator=(const Harness&) = delete;

    // Whether the model and this machine can run the case. If not, nothing below may be called.
    [[nodiscard]] models::Support support() const;

    // Starts the peer and makes the model; called once. Throws if the system refuses a process or a thread.
    void prepare();

    // A run that is verified but not measured: it faults pages in and opens connections, and reads the memory that its
    // tasks hold.
    [[nodiscard]] workloads::Verdict warm_up();

    // One run has three steps. Time only the second; or its windows, if it has windows.
    void before_run();
    void run();
    // Whether the run did all its work. After an invalid verdict there must be no more runs. Throws std::runtime_error
    // if the peer has died.
    [[nodiscard]] workloads::Verdict after_run();

    // Counts for one run, or for one window. Called instead of prepare(), because the counters see only threads and
    // processes that start after them. Throws std::runtime_error if a run is invalid.
    // `units`: the quota of the window; nullopt: the nominal one.
    [[nodiscard]] Counts count(std::optional<std::uint64_t> units = std::nullopt);

    [[nodiscard]] workloads::Workload& workload() noexcept { return *workload_; }
    [[nodiscard]] const CpuSplit& cpu_split() const noexcept { return cpu_split_; }
    [[nodiscard]] bool has_peer() const noexcept { return peer_.has_value(); }
    [[nodiscard]] std::size_t peer_processes() const noexcept { return peer_ ? peer_->processes() : 0; }
    // Null if runs are timed as a whole.
    [[nodiscard]] const workloads::Windows* windows() const { return workload_->windows(); }
    // What was read at the gates of the last run.
    [[nodiscard]] const WindowMeter& meter() const noexcept { return meter_; }

    // The resources used so far by the model: by this process, and by its children, dead or alive.
    [[nodiscard]] sys::ResourceUsage model_usage() const;
    [[nodiscard]] sys::ResourceUsage peer_usage() const;
    // The CPU time used so far by each process of the peer; empty without one.
    [[nodiscard]] std::vector<sys::Nanoseconds> peer_cpu_by_process() const;

private:
    void start_peer(const std::function<void(std::size_t process)>& prepare);
    [[nodiscard]] models::Support peer_support() const;
    void make_model();
    void run_once();
    [[nodiscard]] Counts count_run();

    Case case_;
    sys::CpuSet available_;
    CpuSplit cpu_split_;
    bool peer_is_pinned_;
    sys::Nanoseconds patience_;
    std::unique_ptr<workloads::Workload> workload_;
    tasks::Ledger ledger_;
    WindowMeter meter_;
    std::optional<Peer> peer_;
    std::optional<sys::ProcessFamily::Membership> membership_;
    std::unique_ptr<models::Model> model_;  // destroyed first: it uses the members above
};

}  // namespace bench
