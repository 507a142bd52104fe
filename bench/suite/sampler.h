#pragma once

#include <filesystem>
#include <optional>

#include "bench/harness/placement.h"
#include "bench/suite/binary_call.h"
#include "bench/suite/plan.h"
#include "sys/signal_watch.h"

namespace bench {

// Takes whole samples, each in a fresh process.
class Sampler {
public:
    Sampler(std::filesystem::path binaries, CpuPlan cpus, double time_limit_s);

    // `count`: counts system calls too. Returns nullopt if a signal came: the sample is lost and has to be taken again.
    [[nodiscard]] std::optional<Taken> take(const PlannedCase& planned, bool count, sys::SignalWatch& signals) const;

private:
    std::filesystem::path binaries_;
    CpuPlan cpus_;
    double time_limit_s_;
};

}  // namespace bench
