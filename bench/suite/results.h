#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/suite/plan.h"

namespace bench {

// An outcome other than ok with its reason: how often it occurred, and the first case.
struct Mishap {
    std::string outcome;
    std::string reason;
    std::string case_name;
    std::size_t count;
};

// The results document of a run. It is written after every sample, in one step, so that the file is complete at any
// time. Entries are kept as text, because to convert 1,500 entries with histograms (6.5 MB) takes 40 ms. To write them
// takes 20 ms, mostly for the disk.
class Results {
public:
    // Begins a new document. `run` is the context's object "concur".
    [[nodiscard]] static Results begin(std::filesystem::path path, const nlohmann::json& run);
    // Continues a document that was read from a file.
    [[nodiscard]] static Results go_on(std::filesystem::path path, const nlohmann::json& document);

    // Takes Google Benchmark's part of the context from the first sample that has one. Until then the context holds
    // only what the schema requires.
    void take_context(const nlohmann::json& context);
    void add(const nlohmann::json& entry);
    // Throws std::runtime_error, with a message of one line that names the file.
    void write(bool complete);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // The number of samples by outcome.
    [[nodiscard]] const std::map<std::string, std::size_t>& counts() const noexcept { return counts_; }
    [[nodiscard]] const std::vector<Mishap>& mishaps() const noexcept { return mishaps_; }
    // Whether all samples are ok or skipped.
    [[nodiscard]] bool all_well() const;

private:
    Results(std::filesystem::path path, nlohmann::json context, bool has_context);

    std::filesystem::path path_;
    nlohmann::json context_;
    bool has_context_;
    std::string entries_;  // "{...},\n{...}"
    std::size_t size_ = 0;
    std::map<std::string, std::size_t> counts_;
    std::vector<Mishap> mishaps_;
};

// The context's object "concur" of a new run.
[[nodiscard]] nlohmann::json describe_suite_run(const std::string& suite, const Plan& plan, Placement placement);

}  // namespace bench
