#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/sample.h"
#include "sys/output_file.h"

namespace bench {

inline constexpr int schema_version = 3;

// "2026-11-21T01:02:03.456Z"
[[nodiscard]] std::string to_iso8601(std::chrono::system_clock::time_point time);

// Describes a run ($defs/run of results/schema.json) of a binary that was started by hand.
[[nodiscard]] nlohmann::json describe_run(const RunCpus& cpus);

// Sets the place of an entry's sample in the run.
void set_position(nlohmann::json& entry, int round, std::size_t sequence);

// Turn Google Benchmark's JSON into a results document. The first adds a description of the run; the second adds to
// each entry its sample. Of windows and slices Google Benchmark knows no CPU time; there it becomes that of the model.
// samples[i] was measured under the run_name names[i]. Several samples of one name go to the entries of that name in
// order: given[i] tells which samples an earlier call has given. Aggregates do not change.
void complete_context(nlohmann::json& context, const RunCpus& cpus);
void complete_entries(nlohmann::json& entries, std::span<const std::string> names, std::span<const Sample> samples,
                      std::vector<bool>& given);

// Reads a JSON file. Throws std::runtime_error, with one line that names the file.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);

// Parses JSON that Google Benchmark wrote. It may hold NaN and Infinity (the coefficient of variation of a counter that
// is always 0 is NaN); both become null. The names of programs and hosts may be no UTF-8, or hold control characters;
// these are replaced.
[[nodiscard]] nlohmann::json parse_benchmark_json(const std::string& text);

// Writes results as sys::write_output() does, and never loses them: if it cannot, writes them into a new file
// elsewhere. Then it throws std::runtime_error, with one line that names that file.
void write_or_keep(const std::filesystem::path& path, std::string_view text, sys::Patience patience = {});
// The second part of that: `output` could not be written, for the reason `why`.
[[noreturn]] void keep_instead(const std::string& output, const std::string& why, std::string_view text);

}  // namespace bench
