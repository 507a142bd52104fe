#include "bench/suite/binary_call.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "bench/cpu_options.h"
#include "bench/suite/sample_entry.h"
#include "sys/child_process.h"

namespace bench {
namespace {

// "20", "0.5"
std::string to_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", seconds);
    return text;
}

// Why a program that ended by itself has no document; empty if it should have one.
std::string failure(int status, const std::string& line) {
    const std::string how = sys::describe_exit(status);
    if (WIFSIGNALED(status)) return line.empty() ? how : how + ": " + line;
    // Exit code 1: the document has a case that is invalid or did not finish. Above 1: there is no document.
    if (WEXITSTATUS(status) <= 1) return {};
    return line.empty() ? how : line;
}

Taken read(const std::string& text, const PlannedCase& planned, int status) {
    const nlohmann::json document = nlohmann::json::parse(text);
    Taken taken{take_entry(document, planned), document.value("context", nlohmann::json{})};
    if (WEXITSTATUS(status) != 0 && taken.entry["concur"]["outcome"] == "ok") {
        throw std::runtime_error{sys::describe_exit(status) + ", but its entry is ok"};
    }
    return taken;
}

}  // namespace

BinaryCall BinaryCall::with_output(const sys::MemoryFile& file) const {
    BinaryCall call = *this;
    call.output = &file;
    return call;
}

std::vector<std::string> BinaryCall::command() const {
    std::vector<std::string> words;
    words.push_back(binary.string());
    words.push_back("--case=" + planned->name);
    words.push_back("--iterations=" + std::to_string(iterations));
    const CpuSplit& split = cpus->of(planned->what.workload->group);
    words.push_back("--placement=" + std::string{to_string(cpus->placement)});
    words.push_back(model_cpus_option + ("=" + to_text(split.model)));
    words.push_back(peer_cpus_option + ("=" + to_text(split.peer)));
    if (count) words.emplace_back("--count");
    words.push_back("--benchmark_out=" + output->path());
    // With JSON on stdout (which is discarded) Google Benchmark does not write its own messages to stderr, so the last
    // line there is about the case.
    words.emplace_back("--benchmark_format=json");
    return words;
}

Taken BinaryCall::result(int status, const std::string& line) const {
    if (const std::string reason = failure(status, line); !reason.empty()) return unfinished(reason);
    const std::string text = output->read();
    try {
        return read(text, *planned, status);
    } catch (const std::exception&) {
        if (!line.empty()) return unfinished(line);
        const std::string what = text.empty() ? "no results document" : "no valid results document";
        return unfinished(binary.filename().string() + " wrote " + what);
    }
}

Taken BinaryCall::unfinished(const std::string& reason) const {
    return {unfinished_entry(*planned, *cpus, started, reason), nullptr};
}

Taken BinaryCall::over_time_limit(double time_limit_s) const {
    return unfinished("time limit of " + to_text(time_limit_s) + " s");
}

sys::Nanoseconds to_nanoseconds(double seconds) {
    constexpr double a_year_s = 365.0 * 86400;
    return std::chrono::duration_cast<sys::Nanoseconds>(std::chrono::duration<double>{std::min(seconds, a_year_s)});
}

}  // namespace bench
