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

// How often something happened that is not ok, and to which case first.
struct Mishap {
    std::string outcome;
    std::string reason;
    std::string case_name;
    std::size_t count;
};

// The results document of a run, written after every sample, in one step, so that the file is whole at any time.
// Entries are kept as text: to make 1,500 of them with histograms (6.5 MB) into text takes 40 ms, to write them 20 ms,
// most of it the disk.
class Results {
public:
    // A new document. `run` is the context's "concur".
    [[nodiscard]] static Results begin(std::filesystem::path path, const nlohmann::json& run);
    // One that was read.
    [[nodiscard]] static Results go_on(std::filesystem::path path, const nlohmann::json& document);

    // Google Benchmark's part of the context is taken from the first sample that comes with one. Until then it is
    // our own, with what the schema requires.
    void take_context(const nlohmann::json& context);
    void add(const nlohmann::json& entry);
    // Throws std::runtime_error, with one line that names the file.
    void write(bool complete);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // By outcome.
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

// The context's "concur" of a run that begins.
[[nodiscard]] nlohmann::json describe_suite_run(const std::string& suite, const Plan& plan, Placement placement);

}  // namespace bench
