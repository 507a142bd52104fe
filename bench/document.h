#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "bench/harness/placement.h"
#include "bench/sample.h"

namespace bench {

inline constexpr int schema_version = 3;

// "2026-11-21T01:02:03.456Z"
[[nodiscard]] std::string to_iso8601(std::chrono::system_clock::time_point time);

// Describes a run ($defs/run of results/schema.json) of a binary that was started by hand.
[[nodiscard]] nlohmann::json describe_run(const RunCpus& cpus);

// Sets the place of an entry's sample in the run.
void set_position(nlohmann::json& entry, int round, std::size_t sequence);

// Turns Google Benchmark's JSON into a results document: adds a description of the run, and adds to each entry its
// sample. Of windows and slices Google Benchmark knows no CPU time; there it becomes that of the model. samples[i] was
// measured under the run_name names[i]. Several samples of one name go to the entries of that name in order. Aggregates
// do not change.
void complete_document(nlohmann::json& document, std::span<const std::string> names, std::span<const Sample> samples,
                       const RunCpus& cpus);

// Reads a JSON file. Throws std::runtime_error, with one line that names the file.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);

// Reads a JSON file that Google Benchmark wrote; throws like read_json(). The file may hold NaN and Infinity (the
// coefficient of variation of a counter that is always 0 is NaN); both become null.
[[nodiscard]] nlohmann::json read_benchmark_json(const std::filesystem::path& path);

// Replaces the file in one step: a reader finds the old text or the new text, never a part of one, even after a crash.
// Throws std::runtime_error, with one line that names the file.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace bench
