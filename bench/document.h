#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "bench/harness/placement.h"
#include "bench/sample.h"

namespace bench {

inline constexpr int schema_version = 1;

// "2026-11-21T01:02:03.456Z"
[[nodiscard]] std::string to_iso8601(std::chrono::system_clock::time_point time);

// results/schema.json's $defs/run for binaries that are started by hand.
[[nodiscard]] nlohmann::json describe_run(Placement placement);

// Turns the JSON that Google Benchmark wrote into a results document: describes the run, and gives each entry of a
// sample the sample's own figures. `names` and `samples` go in parallel, in the order in which they were measured; an
// entry belongs to the first that has its run_name and has not been given away. Aggregates are left as they are.
void complete_document(nlohmann::json& document, std::span<const std::string> names, std::span<const Sample> samples,
                       Placement placement);

// Reads a JSON file. Throws std::runtime_error, with one line that names the file.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);

// The same for what Google Benchmark wrote, which may hold NaN and Infinity (a counter that is always 0 has a
// coefficient of variation of NaN): they are null in what is returned.
[[nodiscard]] nlohmann::json read_benchmark_json(const std::filesystem::path& path);

// Replaces the file in one step: whoever reads it meets the old text or the new, never a part, also after a crash.
// Throws std::runtime_error, with one line that names the file.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace bench
