#include "bench/document.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <vector>

#include "bench/build_info.h"
#include "bench/machine.h"
#include "bench/sample_json.h"
#include "sys/check.h"
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
        return json::parse(text);
    } catch (const json::exception& error) {
        throw std::runtime_error{path.string() + " is not complete JSON (" + error.what() + ")"};
    }
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        text.remove_prefix(
            static_cast<std::size_t>(sys::check(::write(descriptor, text.data(), text.size()), "write")));
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

void complete_document(json& document, std::span<const std::string> names, std::span<const Sample> samples,
                       const RunCpus& cpus) {
    assert(names.size() == samples.size());
    json& context = document["context"];
    context["concur"] = describe_run(cpus);
    // Without its folder: documents get published, and the path of a build is private.
    if (context.contains("executable")) {
        context["executable"] = std::filesystem::path{context["executable"].get<std::string>()}.filename().string();
    }
    std::vector<bool> given(samples.size(), false);
    for (json& entry : document["benchmarks"]) {
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

json read_benchmark_json(const std::filesystem::path& path) {
    static const std::regex not_a_number{"\": -?(NaN|Infinity)"};
    return parse(std::regex_replace(read_text(path), not_a_number, "\": null"), path);
}

void write_atomically(const std::filesystem::path& path, std::string_view text) {
    const std::filesystem::path temporary = path.string() + ".tmp." + std::to_string(::getpid());
    try {
        const sys::UniqueFd file{
            sys::check(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), "open")};
        write_all(file.get(), text);
        sys::check(::fsync(file.get()), "fsync");
        sys::check(::rename(temporary.c_str(), path.c_str()), "rename");
    } catch (const std::exception& error) {
        ::unlink(temporary.c_str());
        throw std::runtime_error{"cannot write " + path.string() + ": " + error.what()};
    }
}

}  // namespace bench
