#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/suite/plan.h"
#include "sys/clock.h"
#include "sys/memory_file.h"

namespace bench {

// The result of taking a sample.
struct Taken {
    nlohmann::json entry;
    nlohmann::json context;  // of the binary's document; null if it wrote none
};

// One call of a benchmark binary: it measures one case, and writes a document.
struct BinaryCall {
    const PlannedCase* planned;  // it and the plan of CPUs outlive the call
    const CpuPlan* cpus;
    std::filesystem::path binary;
    int iterations;                           // runs or windows of a whole sample; slices, if it takes turns
    bool count;                               // counts system calls too
    const sys::MemoryFile* output = nullptr;  // takes the document; outlives the call
    std::chrono::system_clock::time_point started = std::chrono::system_clock::now();

    [[nodiscard]] BinaryCall with_output(const sys::MemoryFile& file) const;
    // The binary inherits the descriptor of `output`.
    [[nodiscard]] std::vector<std::string> command() const;
    // After the binary has ended by itself: `status` is its wait status, `line` the last line of its stderr.
    [[nodiscard]] Taken result(int status, const std::string& line) const;
    // The sample did not finish.
    [[nodiscard]] Taken unfinished(const std::string& reason) const;
    [[nodiscard]] Taken over_time_limit(double time_limit_s) const;
};

// A longer time becomes one year: a number of nanoseconds in 64 bits overflows after 292 years.
[[nodiscard]] sys::Nanoseconds to_nanoseconds(double seconds);

}  // namespace bench
