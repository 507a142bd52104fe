#include "bench/suite/sampler.h"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/document.h"
#include "bench/suite/preflight.h"
#include "bench/suite/sample_entry.h"
#include "bench/suite/supervise.h"
#include "sys/child_process.h"

namespace bench {
namespace {

// "20", "0.5"
std::string to_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", seconds);
    return text;
}

// A longer time becomes one year: a number of nanoseconds in 64 bits overflows after 292 years.
sys::Nanoseconds to_nanoseconds(double seconds) {
    constexpr double a_year_s = 365.0 * 86400;
    return std::chrono::duration_cast<sys::Nanoseconds>(std::chrono::duration<double>{std::min(seconds, a_year_s)});
}

std::vector<std::string> command(const std::filesystem::path& binary, const std::filesystem::path& output,
                                 const PlannedCase& planned, Placement placement, bool count) {
    std::vector<std::string> words;
    words.push_back(binary.string());
    words.push_back("--case=" + planned.name);
    words.push_back("--iterations=" + std::to_string(planned.iterations));
    words.push_back("--placement=" + std::string{to_string(placement)});
    if (count) words.emplace_back("--count");
    words.push_back("--benchmark_out=" + output.string());
    // With JSON on stdout (which is discarded) Google Benchmark does not write its own messages to stderr, so the last
    // line there is about the case.
    words.emplace_back("--benchmark_format=json");
    return words;
}

// Why a program that ended by itself has no document; empty if it should have one.
std::string failure(const Ended& ended) {
    const std::string how = sys::describe_exit(ended.status);
    if (WIFSIGNALED(ended.status)) return ended.line.empty() ? how : how + ": " + ended.line;
    // Exit code 1: the document has a case that is invalid or did not finish. Above 1: there is no document.
    if (WEXITSTATUS(ended.status) <= 1) return {};
    return ended.line.empty() ? how : ended.line;
}

Taken read(const std::filesystem::path& file, const PlannedCase& planned, int status) {
    const nlohmann::json document = read_json(file);
    Taken taken{take_entry(document, planned), document.value("context", nlohmann::json{})};
    if (WEXITSTATUS(status) != 0 && taken.entry["concur"]["outcome"] == "ok") {
        throw std::runtime_error{sys::describe_exit(status) + ", but its entry is ok"};
    }
    return taken;
}

}  // namespace

Sampler::Sampler(std::filesystem::path binaries, Placement placement, double time_limit_s)
    : binaries_{std::move(binaries)}, placement_{placement}, time_limit_s_{time_limit_s} {}

std::optional<Taken> Sampler::take(const PlannedCase& planned, bool count, SignalWatch& signals) const {
    const std::filesystem::path binary = binary_path(binaries_, planned.what.workload->group);
    const std::filesystem::path output = folder_.path() / "sample.json";
    folder_.empty();
    const auto started = std::chrono::system_clock::now();
    const Ended ended =
        supervise(command(binary, output, planned, placement_, count), to_nanoseconds(time_limit_s_), signals);
    const auto unfinished = [&](const std::string& reason) {
        return Taken{unfinished_entry(planned, placement_, started, reason), nullptr};
    };
    switch (ended.how) {
        case Ended::How::interrupted: return std::nullopt;
        case Ended::How::time_limit: return unfinished("time limit of " + to_text(time_limit_s_) + " s");
        case Ended::How::by_itself: break;
    }
    if (const std::string reason = failure(ended); !reason.empty()) return unfinished(reason);
    try {
        return read(output, planned, ended.status);
    } catch (const std::exception& error) {
        if (!ended.line.empty()) return unfinished(ended.line);
        // Not the error itself: it names a temporary file, so every sample would have another reason.
        const std::string what = std::filesystem::exists(output) ? "no valid results document" : "no results document";
        return unfinished(binary.filename().string() + " wrote " + what);
    }
}

}  // namespace bench
