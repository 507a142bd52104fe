#include "bench/document.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "bench/build_info.h"
#include "bench/json_text.h"
#include "bench/machine.h"
#include "bench/sample_json.h"
#include "sys/check.h"
#include "sys/output_file.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

using nlohmann::json;

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error{"cannot read " + path.string() + ": " + sys::error_text(errno)};
    return {std::istreambuf_iterator<char>{file}, {}};
}

json parse(const std::string& text, const std::filesystem::path& path) {
    try {
        return parse_json(text);
    } catch (const std::exception& error) {
        throw std::runtime_error{path.string() + " is not complete JSON (" + error.what() + ")"};
    }
}

// A new file in that folder, with this text. Nullopt if it cannot be written.
std::optional<std::filesystem::path> write_new(const std::filesystem::path& folder, std::string_view text) {
    constexpr std::string_view ending{".json"};
    std::string name = (folder / "concur-XXXXXX").string().append(ending);
    const sys::UniqueFd file{::mkostemps(name.data(), static_cast<int>(ending.size()), O_CLOEXEC)};
    if (!file) return std::nullopt;
    try {
        sys::write_output(name, text);
        return name;
    } catch (const std::system_error&) {
        ::unlink(name.c_str());
        return std::nullopt;
    }
}

// The model's CPU time in all iterations together, where Google Benchmark does not know it. Slices are scaled to the
// nominal work, like their wall time.
std::optional<double> cpu_ms_of_iterations(const Sample& sample) {
    constexpr double ns_per_ms = 1e6;
    if (!sample.cost || (!in_windows(sample.what) && !sample.slices)) return std::nullopt;
    if (!sample.slices) return static_cast<double>(sample.cost->cpu_ns) / ns_per_ms;
    sys::Nanoseconds sum{0};
    for (std::size_t slice = 0; slice < sample.slices->each.size(); ++slice) {
        sum += sample.slices->scaled(slice, &Slice::cpu);
    }
    return static_cast<double>(sum.count()) / ns_per_ms;
}

}  // namespace

std::string to_iso8601(std::chrono::system_clock::time_point time) {
    using std::chrono::duration_cast;
    const auto since_epoch = duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const std::time_t seconds = since_epoch / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string milliseconds = std::to_string(1000 + since_epoch % 1000).substr(1);
    return std::string{text.data()} + "." + milliseconds + "Z";
}

json describe_run(const RunCpus& cpus) {
    return {{"schema", schema_version},
            {"version", build_info::version},
            {"suite", nullptr},
            {"groups", json::array()},
            {"seed", nullptr},
            {"budget_s", nullptr},
            {"rounds", 0},
            {"samples_planned", 0},
            {"complete", true},
            {"placement", to_string(cpus.plan.placement)},
            {"machine", describe_machine(cpus.machine ? &*cpus.machine : nullptr)},
            {"build", describe_build()},
            {"models", describe_models()},
            {"workloads", describe_workloads()}};
}

void set_position(json& entry, int round, std::size_t sequence) {
    entry["repetition_index"] = round;
    entry["concur"]["round"] = round;
    entry["concur"]["sequence"] = sequence;
}

void complete_context(json& context, const RunCpus& cpus) {
    context["concur"] = describe_run(cpus);
    // Without its folder: documents get published, and the path of a build is private.
    if (context.contains("executable")) {
        context["executable"] = std::filesystem::path{context["executable"].get<std::string>()}.filename().string();
    }
}

void complete_entries(json& entries, std::span<const std::string> names, std::span<const Sample> samples,
                      std::vector<bool>& given) {
    assert(names.size() == samples.size());
    given.resize(samples.size(), false);
    for (json& entry : entries) {
        if (entry["run_type"] != "iteration") continue;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (given[i] || entry["run_name"] != names[i]) continue;
            given[i] = true;
            entry["concur"] = to_json(samples[i]);
            if (const auto cpu_ms = cpu_ms_of_iterations(samples[i])) {
                assert(entry["time_unit"] == "ms");
                entry["cpu_time"] = *cpu_ms / static_cast<double>(entry["iterations"].get<std::int64_t>());
            }
            set_position(entry, entry["repetition_index"], i);
            break;
        }
    }
}

json read_json(const std::filesystem::path& path) { return parse(read_text(path), path); }

json parse_benchmark_json(const std::string& text) {
    static const std::regex not_a_number{"\": -?(NaN|Infinity)"};
    std::string clean = std::regex_replace(text, not_a_number, "\": null");
    std::ranges::replace_if(
        clean, [](unsigned char c) { return c < 0x20 && c != '\n'; }, ' ');
    // The library's own way to replace what is no UTF-8: write it as a JSON string, and read that.
    clean = json::parse(json(clean).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
    return json::parse(clean);
}

void write_or_keep(const std::filesystem::path& path, std::string_view text, sys::Patience patience) {
    try {
        sys::write_output(path, text, patience);
    } catch (const std::exception& error) {
        keep_instead(path.string(), error.what(), text);
    }
}

void keep_instead(const std::string& output, const std::string& why, std::string_view text) {
    std::error_code ignored;
    for (const std::filesystem::path& folder :
         {std::filesystem::temp_directory_path(ignored), std::filesystem::path{"/var/tmp"},
          std::filesystem::path{"/dev/shm"}, std::filesystem::current_path(ignored)}) {
        if (folder.empty()) continue;
        if (const auto file = write_new(folder, text)) {
            throw std::runtime_error{"cannot write " + output + ": " + why + "; the results are in " + file->string()};
        }
    }
    throw std::runtime_error{"cannot write " + output + ": " + why + "; no other folder takes the results either"};
}

}  // namespace bench
