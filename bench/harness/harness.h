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

// Of one run. A count is not there where the kernel does not permit it.
struct Counts {
    std::uint64_t units = 0;
    std::optional<std::int64_t> system_calls;
    std::optional<std::int64_t> migrations;
    std::string reason;  // why a count is not there
};

// A case ready to be run: workload, peer and model, put together in the one order that works (sockets, then the
// peer's process, then the model with its threads or processes). Used by the benchmarks and by the tests. While it
// lives, this thread is bound to the model's CPUs.
class Harness {
public:
    // `patience`: how long a peer waits for the model without an answer before it breaks its connections.
    Harness(const Case& what, Placement placement, sys::Nanoseconds patience = std::chrono::seconds{5});
    ~Harness();
    Harness(const Harness&) = delete;
    Harness& operator=(const Harness&) = delete;

    // Whether model and machine can do this. Where not, nothing below may be called.
    [[nodiscard]] models::Support support() const;

    // Starts the peer and makes the model. Throws where they cannot be had.
    void prepare();

    // One run, in three steps of which only the second is to be timed.
    void before_run();
    void run();
    // Whether the run did all its work. After a verdict of invalid nothing more may be run.
    [[nodiscard]] workloads::Verdict after_run();

    // What one more run does, in counts: not to be timed, since it is done under the kernel's counters, by a model made
    // anew (they see only what begins after them). Comes last. Throws std::runtime_error where a run is invalid.
    [[nodiscard]] Counts count();

    [[nodiscard]] workloads::Workload& workload() noexcept { return *workload_; }
    [[nodiscard]] const CpuSplit& cpu_split() const noexcept { return cpu_split_; }
    [[nodiscard]] bool has_peer() const noexcept { return peer_.has_value(); }

    // Used so far by the model's side: this process, its children that ended, its children that live on.
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
    std::unique_ptr<models::Model> model_;  // ended first: it uses all of the above
};

}  // namespace bench
