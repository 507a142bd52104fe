#include "bench/suite/sampler.h"

#include <utility>

#include "bench/suite/preflight.h"
#include "bench/suite/supervise.h"

namespace bench {

Sampler::Sampler(std::filesystem::path binaries, CpuPlan cpus, double time_limit_s)
    : binaries_{std::move(binaries)}, cpus_{std::move(cpus)}, time_limit_s_{time_limit_s} {}

std::optional<Taken> Sampler::take(const PlannedCase& planned, bool count, sys::SignalWatch& signals) const {
    const sys::MemoryFile output{"concur-sample"};
    const BinaryCall call{.planned = &planned,
                          .cpus = &cpus_,
                          .binary = binary_path(binaries_, planned.what.workload->group),
                          .iterations = planned.iterations,
                          .count = count,
                          .output = &output};
    const Ended ended = supervise(call.command(), to_nanoseconds(time_limit_s_), signals, {output.descriptor()});
    switch (ended.how) {
        case Ended::How::interrupted: return std::nullopt;
        case Ended::How::time_limit: return call.over_time_limit(time_limit_s_);
        case Ended::How::by_itself: break;
    }
    return call.result(ended.status, ended.line);
}

}  // namespace bench
