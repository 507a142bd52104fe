#include "bench/document.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <vector>

#include "bench/build_info.h"
#include "bench/machine.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

using nlohmann::json;

json to_json(const tasks::Arguments& arguments) {
    json result = json::object();
    for (const auto& [name, value] : arguments.items()) result[name] = value;
    return result;
}

json to_json(const std::optional<workloads::Work>& work) {
    if (!work) return nullptr;
    const auto& fairness = work->fairness;
    return {{"units", work->units},
            {"bytes", work->bytes},
            {"completions_least", fairness ? json(fairness->least) : json()},
            {"completions_most", fairness ? json(fairness->most) : json()},
            {"jain", fairness ? json(fairness->jain) : json()}};
}

json to_json(const std::optional<sys::ResourceUsage>& cost) {
    if (!cost) return nullptr;
    return {{"cpu_user_ns", cost->cpu_user_ns},
            {"cpu_system_ns", cost->cpu_system_ns},
            {"switches_voluntary", cost->switches_voluntary},
            {"switches_involuntary", cost->switches_involuntary},
            {"faults_minor", cost->faults_minor},
            {"faults_major", cost->faults_major}};
}

json to_json(const std::optional<Latency>& latency) {
    if (!latency) return nullptr;
    json buckets = json::array();
    for (const auto& bucket : latency->buckets) buckets.push_back({bucket.highest_ns, bucket.count});
    return {{"what", latency->meaning},     {"count", latency->count},  {"p50_ns", latency->p50},
            {"p99_ns", latency->p99},       {"p999_ns", latency->p999}, {"max_ns", latency->max},
            {"buckets", std::move(buckets)}};
}

json to_json(const std::optional<workloads::Memory>& memory) {
    if (!memory) return nullptr;
    return {{"tasks", memory->tasks}, {"pss_bytes", memory->pss_bytes}, {"kernel_bytes", memory->kernel_bytes}};
}

json to_json(const std::optional<Counts>& counts) {
    if (!counts) return nullptr;
    const auto number = [](std::optional<std::int64_t> count) { return count ? json(*count) : json(); };
    return {{"units", counts->units},
            {"system_calls", number(counts->system_calls)},
            {"migrations", number(counts->migrations)},
            {"reason", counts->reason}};
}

json to_json(const Evidence& evidence) {
    const auto nanoseconds = [](std::optional<sys::Nanoseconds> time) { return time ? json(time->count()) : json(); };
    return {{"steal_ns", nanoseconds(evidence.steal)},
            {"run_delay_ns", nanoseconds(evidence.run_delay)},
            {"peer_cpu_ns", nanoseconds(evidence.peer_cpu)},
            {"peer_cpu_share", evidence.peer_cpu_share ? json(*evidence.peer_cpu_share) : json()},
            {"elapsed_ns", evidence.elapsed.count()},
            {"others_cpu_ns", nanoseconds(evidence.others_cpu)}};
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error{"cannot read " + path.string() + ": " + sys::error_text(errno)};
    return {std::istreambuf_iterator<char>{file}, {}};
}

json parse(const std::string& text, const std::filesystem::path& path) {
    try {
        return json::parse(text);
    } catch (const json::exception& error) {
        throw std::runtime_error{path.string() + " is not whole JSON (" + error.what() + ")"};
    }
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        text.remove_prefix(
            static_cast<std::size_t>(sys::check(::write(descriptor, text.data(), text.size()), "write")));
    }
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

json to_json(const Sample& sample) {
    return {{"workload", sample.what.workload->name},
            {"model", sample.what.model->name},
            {"parameters", to_json(sample.what.arguments)},
            {"model_parameters", to_json(sample.what.model_arguments)},
            {"control", false},
            {"outcome", to_string(sample.outcome)},
            {"reason", sample.reason},
            {"round", 0},
            {"sequence", 0},
            {"start_time", to_iso8601(sample.start_time)},
            {"placement", to_string(sample.placement)},
            {"model_cpus", sample.cpu_split.model},
            {"peer_cpus", sample.cpu_split.peer},
            {"unit", sample.what.workload->unit},
            {"work", to_json(sample.work)},
            {"cost", to_json(sample.cost)},
            {"latency", to_json(sample.latency)},
            {"latency_uncorrected", to_json(sample.latency_uncorrected)},
            {"memory", to_json(sample.memory)},
            {"counts", to_json(sample.counts)},
            {"evidence", to_json(sample.evidence)}};
}

json describe_run(Placement placement) {
    return {{"schema", schema_version},
            {"version", build_info::version},
            {"suite", nullptr},
            {"rounds", 0},
            {"samples_planned", 0},
            {"complete", true},
            {"placement", to_string(placement)},
            {"machine", describe_machine()},
            {"build", describe_build()},
            {"models", describe_models()},
            {"workloads", describe_workloads()}};
}

void complete_document(json& document, std::span<const std::string> names, std::span<const Sample> samples,
                       Placement placement) {
    json& context = document["context"];
    context["concur"] = describe_run(placement);
    // The name alone: where somebody keeps their builds is nobody's business, and documents get published.
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
            entry["concur"]["round"] = entry["repetition_index"];
            entry["concur"]["sequence"] = i;
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
