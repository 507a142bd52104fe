#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/suite/block_room.h"
#include "bench/suite/block_taker.h"
#include "bench/suite/plan.h"
#include "bench/suite/record.h"
#include "bench/suite/results.h"
#include "bench/suite/sample_entry.h"
#include "bench/suite/sampler.h"
#include "sys/signal_watch.h"

namespace bench {

// How a run measures.
struct Settings {
    std::filesystem::path binaries;
    CpuPlan cpus;
    double time_limit_s;
    std::uint64_t seed;
    // No turns: this machine gives us a quota of CPU time, and who has the turn would pay for what others used before.
    bool only_whole_samples;
};

// Takes sets of comparison groups and adds them to the results: in turns, block by block; or as whole samples, one
// after the other.
class SetTaker {
public:
    // All of them outlive this object.
    SetTaker(const Plan& plan, const Settings& settings, Record& record, Results& results);

    // Takes one set of these cases of a group, and of its baseline. Returns false if a signal came; what was under way
    // is lost, the rest is in the results. Throws std::runtime_error if the results cannot be written.
    [[nodiscard]] bool take(std::size_t group, int round, const std::vector<std::size_t>& cases,
                            sys::SignalWatch& signals);

private:
    [[nodiscard]] bool takes_turns(const PlannedCase& planned) const;
    [[nodiscard]] bool take_whole(std::size_t group, int round, std::vector<std::size_t> cases,
                                  sys::SignalWatch& signals);
    [[nodiscard]] bool take_turns(std::size_t group, int round, std::vector<std::size_t> cases,
                                  sys::SignalWatch& signals);
    // Moves the cases of the next block out of `cases`: the baseline and up to seven others.
    [[nodiscard]] std::vector<std::size_t> next_block(std::size_t group, int round, std::vector<std::size_t>& cases);
    void add(const Taken& taken, std::size_t group, std::size_t index, const Position& position);
    void note(const nlohmann::json& line);
    [[nodiscard]] bool counts(const PlannedCase& planned, int round) const { return round < planned.count_rounds; }

    const Plan& plan_;
    const Settings& settings_;
    Record& record_;
    Results& results_;
    BlockRoom room_;
    BlockTaker blocks_;
    Sampler sampler_;
};

}  // namespace bench
