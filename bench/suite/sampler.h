#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/harness/placement.h"
#include "bench/suite/plan.h"
#include "bench/suite/signals.h"
#include "bench/suite/temporary_folder.h"
#include "sys/clock.h"

namespace bench {

// The result of taking a sample.
struct Taken {
    nlohmann::json entry;
    nlohmann::json context;  // of the binary's document; null if it wrote none
};

// Takes samples, each in a fresh process.
class Sampler {
public:
    Sampler(std::filesystem::path binaries, Placement placement, double time_limit_s);

    // `count`: counts system calls too. Returns nullopt if a signal came: the sample is lost and has to be taken again.
    [[nodiscard]] std::optional<Taken> take(const PlannedCase& planned, bool count, SignalWatch& signals) const;

private:
    std::filesystem::path binaries_;
    Placement placement_;
    double time_limit_s_;
    TemporaryFolder folder_;
};

}  // namespace bench
