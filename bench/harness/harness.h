#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "bench/harness/case.h"
#include "bench/harness/peer.h"
#include "bench/harness/placement.h"
#include "models/model.h"
#include "sys/cpu_set.h"
#include "tasks/ledger.h"
#include "workloads/workload.h"

namespace bench {

// The counts of one run. A count is nullopt if the kernel does not permit it.
struct Counts {
    std::uint64_t units = 0;
    std::optional<std::int64_t> system_calls;
    std::optional<std::int64_t> migrations;
    std::string reason;  // why a count is nullopt
};

// Makes the workload, the peer and the model of a case, and runs it. The order matters: first the workload's sockets,
// then the peer's process, then the model's threads or processes. While a Harness lives, its thread runs on the model's
// CPUs only.
class Harness {
public:
    // `patience`: if the peer makes no progress for so long, it closes its connections.
    Harness(const Case& what, Placement placement, sys::Nanoseconds patience = std::chrono::seconds{5});
    ~Harness();
    Harness(const Harness&) = delete;
    Harness& operator=(const Harness&) = delete;

    // Whether the model and this machine can run the case. If not, nothing below may be called.
    [[nodiscard]] models::Support support() const;

    // Starts the peer and makes the model; called once. Throws if the system refuses a process or a thread.
    void prepare();

    // One run has three steps. Time only the second.
    void before_run();
    void run();
    // Whether the run did all its work. After an invalid verdict there must be no more runs.
    [[nodiscard]] workloads::Verdict after_run();

    // Makes one more run under the kernel's counters, which slow it, so it is not timed. Makes a new model before: the
    // counters see only threads and processes that start after them. Must be the last call. Throws std::runtime_error
    // if a run is invalid.
    [[nodiscard]] Counts count();

    [[nodiscard]] workloads::Workload& workload() noexcept { return *workload_; }
    [[nodiscard]] const CpuSplit& cpu_split() const noexcept { return cpu_split_; }
    [[nodiscard]] bool has_peer() const noexcept { return peer_.has_value(); }

    // The resources used so far by the model: by this process, and by its children, dead or alive.
    [[nodiscard]] sys::ResourceUsage model_usage() const;
    [[nodiscard]] sys::ResourceUsage peer_usage() const;

private:
    void make_model();
    void run_once();

    Case case_;
    sys::CpuSet available_;
    CpuSplit cpu_split_;
    sys::Nanoseconds patience_;
    std::unique_ptr<workloads::Workload> workload_;
    tasks::Ledger ledger_;
    std::optional<Peer> peer_;
    std::unique_ptr<models::Model> model_;  // destroyed first: it uses the members above
};

}  // namespace bench
