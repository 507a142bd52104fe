#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/suite/journal.h"
#include "bench/suite/plan.h"
#include "sys/output_file.h"

namespace bench {

// All samples with the same outcome (not ok) and the same reason: how many, and the name of the first one's case.
struct Mishap {
    std::string outcome;
    std::string reason;
    std::string case_name;
    std::size_t count;
};

// The results of a run: added to its journal one after the other, and written as one document at the end or at an
// interruption. While the run goes on, entries are in the journal only.
class Results {
public:
    // Begins a run that will have its document at `path`. An ordinary file gets one without entries at once, so that
    // nobody takes its name meanwhile; a pipe or a device gets the whole document once. The journal lies beside the
    // file; or else in the temporary folder. `run` is the context's object "concur". All functions throw
    // std::runtime_error, with a message of one line that names the file.
    [[nodiscard]] static Results begin(std::filesystem::path path, const nlohmann::json& run);
    // Continues the run of the journal beside `path`.
    [[nodiscard]] static Results go_on(std::filesystem::path path);

    // Takes Google Benchmark's part of the context from the first sample that has one. Until then the context holds
    // only what the schema requires.
    void take_context(const nlohmann::json& context);
    void add(const nlohmann::json& entry);
    // Another line for the journal; its only key is not "run", "context" or "entry".
    void note(const nlohmann::json& record) { journal_.add(record); }
    // The case with which the others of a group are compared, if it became another one than planned.
    void set_baseline(std::size_t group, const std::string& case_name) {
        context_["concur"]["groups"].at(group)["baseline"] = case_name;
    }
    // How many sets each case has at least, if they became fewer than planned.
    void set_rounds(int rounds) { context_["concur"]["rounds"] = rounds; }
    // What was added is on the disk afterwards.
    void commit() { journal_.commit(); }
    // Writes the document. The journal of a complete run is removed. If the document cannot be written, it is written
    // elsewhere, and the journal stays; the message names both.
    void write(bool complete, sys::Patience patience = {});

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    // The document to resume; nullopt if the journal has been removed.
    [[nodiscard]] std::optional<std::filesystem::path> resumed_as() const;
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // The number of samples by outcome.
    [[nodiscard]] const std::map<std::string, std::size_t>& counts() const noexcept { return counts_; }
    [[nodiscard]] const std::vector<Mishap>& mishaps() const noexcept { return mishaps_; }
    // Whether all samples are ok or skipped.
    [[nodiscard]] bool all_well() const;

private:
    Results(std::filesystem::path path, Journal journal) : path_{std::move(path)}, journal_{std::move(journal)} {}

    void count(const nlohmann::json& entry);
    [[nodiscard]] std::string document(bool complete);

    std::filesystem::path path_;
    Journal journal_;
    nlohmann::json context_;
    bool has_context_ = false;
    std::size_t size_ = 0;
    std::map<std::string, std::size_t> counts_;
    std::vector<Mishap> mishaps_;
};

// The context's object "concur" of a new run.
[[nodiscard]] nlohmann::json describe_suite_run(const std::string& suite, const Plan& plan, const RunCpus& cpus,
                                                std::uint64_t seed, std::optional<double> budget_s);

}  // namespace bench
