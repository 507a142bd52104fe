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

// All samples with the same outcome (not ok) and the same reason: how many, and the name of the first one's case.
struct Mishap {
    std::string outcome;
    std::string reason;
    std::string case_name;
    std::size_t count;
};

// The results document of a run. The whole file is replaced after every sample, atomically: it is always valid JSON.
// Entries are kept as text: converting 1,500 entries with histograms (6.5 MB) each time would take 40 ms. Writing them
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
