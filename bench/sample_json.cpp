#include "bench/sample_json.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "bench/document.h"

namespace bench {
namespace {

using nlohmann::json;

json to_json(const tasks::Arguments& arguments) {
    json result = json::object();
    for (const auto& [name, value] : arguments.items()) result[name] = value;
    return result;
}

template <class T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json();
}
json or_null(const std::optional<sys::Nanoseconds>& time) { return time ? json(time->count()) : json(); }

json work_of(const Sample& sample) {
    if (!sample.work) return nullptr;
    const auto& work = *sample.work;
    const auto& fairness = work.fairness;
    const auto& accepted = sample.connections_by_acceptor;
    return {{"units", work.units},
            {"bytes", work.bytes},
            {"completions_least", fairness ? json(fairness->least) : json()},
            {"completions_most", fairness ? json(fairness->most) : json()},
            {"jain", fairness ? json(fairness->jain) : json()},
            {"connections_by_acceptor", accepted.empty() ? json() : json(accepted)}};
}

json to_json(const std::optional<Cost>& cost) {
    if (!cost) return nullptr;
    const auto part = [&](std::int64_t sys::ResourceUsage::*field) {
        return cost->parts ? json((*cost->parts).*field) : json();
    };
    return {{"cpu_ns", cost->cpu_ns},
            {"cpu_user_ns", part(&sys::ResourceUsage::cpu_user_ns)},
            {"cpu_system_ns", part(&sys::ResourceUsage::cpu_system_ns)},
            {"switches_voluntary", part(&sys::ResourceUsage::switches_voluntary)},
            {"switches_involuntary", part(&sys::ResourceUsage::switches_involuntary)},
            {"faults_minor", part(&sys::ResourceUsage::faults_minor)},
            {"faults_major", part(&sys::ResourceUsage::faults_major)}};
}

json to_json(const Latency& latency) {
    json buckets = json::array();
    for (const auto& bucket : latency.buckets) buckets.push_back({bucket.highest_ns, bucket.count});
    return {{"what", latency.meaning},      {"count", latency.count},  {"p50_ns", latency.p50},
            {"p99_ns", latency.p99},        {"p999_ns", latency.p999}, {"max_ns", latency.max},
            {"buckets", std::move(buckets)}};
}
json to_json(const std::optional<Latency>& latency) { return latency ? to_json(*latency) : json(); }

json to_json(const std::vector<OtherLatency>& others) {
    json by_name = json::object();
    for (const OtherLatency& other : others) by_name[other.name] = to_json(other.latency);
    return by_name;
}

std::string_view to_string(workloads::Memory::When when) noexcept {
    switch (when) {
        case workloads::Memory::When::waiting: return "waiting";
        case workloads::Memory::When::connected: return "connected";
        case workloads::Memory::When::peak: return "peak";
    }
    return "unknown";
}

json to_json(const std::optional<workloads::Memory>& memory) {
    if (!memory) return nullptr;
    const bool peak = memory->when == workloads::Memory::When::peak;
    return {{"when", to_string(memory->when)},
            {"tasks", memory->tasks},
            {"pss_bytes", peak ? json() : json(memory->process_bytes)},
            {"rss_bytes", peak ? json(memory->process_bytes) : json()},
            {"kernel_bytes", or_null(memory->kernel_bytes)},
            {"noise_bytes", memory->noise_bytes}};
}

std::string_view to_string(sys::ProcessFamily::Rest rest) noexcept {
    switch (rest) {
        case sys::ProcessFamily::Rest::slept: return "slept";
        case sys::ProcessFamily::Rest::stopped: return "stopped";
        case sys::ProcessFamily::Rest::moved: return "moved";
    }
    return "unknown";
}

json to_json(const Evidence& evidence) {
    const auto tcp = [&](std::int64_t sys::TcpStatistics::*count) {
        return evidence.tcp ? json((*evidence.tcp).*count) : json();
    };
    return {{"steal_ns", or_null(evidence.steal)},
            {"run_delay_ns", or_null(evidence.run_delay)},
            {"peer_cpu_ns", or_null(evidence.peer_cpu)},
            {"peer_cpu_share", or_null(evidence.peer_cpu_share)},
            {"elapsed_ns", evidence.elapsed.count()},
            {"others_cpu_ns", or_null(evidence.others_cpu)},
            {"throttled_ns", or_null(evidence.throttled)},
            {"listen_overflows", tcp(&sys::TcpStatistics::listen_overflows)},
            {"syn_retransmits", tcp(&sys::TcpStatistics::syn_retransmits)},
            {"at_gates", evidence.at_gates ? json(to_string(*evidence.at_gates)) : json()}};
}

// Arrays of equal length.
json to_json(const std::optional<Slices>& slices) {
    if (!slices) return nullptr;
    json columns{{"start_ns", json::array()},
                 {"wall_ns", json::array()},
                 {"cpu_ns", json::array()},
                 {"peer_cpu_ns", json::array()},
                 {"units", json::array()}};
    for (const Slice& slice : slices->each) {
        columns["start_ns"].push_back(sys::Nanoseconds{slice.start.time_since_epoch()}.count());
        columns["wall_ns"].push_back(slice.wall.count());
        columns["cpu_ns"].push_back(slice.cpu.count());
        columns["peer_cpu_ns"].push_back(slice.peer_cpu.count());
        columns["units"].push_back(slice.units);
    }
    return columns;
}

}  // namespace

json to_json(const Counts& counts) {
    return {{"units", counts.units},
            {"system_calls", or_null(counts.system_calls)},
            {"switches", or_null(counts.switches)},
            {"migrations", or_null(counts.migrations)},
            {"reason", counts.reason.data()}};
}

Counts to_counts(const json& object) {
    const auto count = [&](const char* name) -> std::optional<std::int64_t> {
        const json& value = object.at(name);
        return value.is_null() ? std::nullopt : std::optional{value.get<std::int64_t>()};
    };
    Counts counts{.units = object.at("units").get<std::uint64_t>(),
                  .system_calls = count("system_calls"),
                  .switches = count("switches"),
                  .migrations = count("migrations"),
                  .reason = {}};
    object.at("reason").get<std::string>().copy(counts.reason.data(), counts.reason.size() - 1);
    return counts;
}

json to_json(const Sample& sample) {
    return {{"workload", sample.what.workload->name},
            {"model", sample.what.model->name},
            {"arguments", to_json(sample.what.arguments)},
            {"model_arguments", to_json(sample.what.model_arguments)},
            {"symbols", sample.what.symbols},
            {"timed", in_windows(sample.what) ? "windows" : "runs"},
            {"group", nullptr},
            {"block", nullptr},
            {"control", false},
            {"outcome", to_string(sample.outcome)},
            {"reason", sample.reason},
            {"start_time", to_iso8601(sample.start_time)},
            {"placement", to_string(sample.placement)},
            {"model_cpus", sample.cpu_split.model},
            {"peer_cpus", sample.cpu_split.peer},
            {"peer_processes", sample.peer_processes},
            {"unit", sample.what.workload->unit},
            {"work", work_of(sample)},
            {"cost", to_json(sample.cost)},
            {"latency", to_json(sample.latency)},
            {"latency_uncorrected", to_json(sample.latency_uncorrected)},
            {"other_latencies", to_json(sample.other_latencies)},
            {"memory", to_json(sample.memory)},
            {"counts", sample.counts ? to_json(*sample.counts) : json()},
            {"slices", to_json(sample.slices)},
            {"evidence", to_json(sample.evidence)}};
}

}  // namespace bench
