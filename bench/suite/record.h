#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <vector>

#include "bench/suite/allotment.h"
#include "bench/suite/plan.h"
#include "bench/suite/set_value.h"
#include "bench/suite/slicing.h"

namespace bench {

// What of a plan has been measured so far: everything that the runner has to know to go on. All of it comes from lines
// of the journal, so that an interrupted run goes on as if nothing had happened.
class Record {
public:
    // `plan` outlives the record.
    explicit Record(const Plan& plan);

    // Takes a line of the journal. Throws std::exception if it does not belong to this plan.
    void take(const nlohmann::json& line);
    // The lines that other parts of the runner add to the journal.
    [[nodiscard]] static nlohmann::json took_line(std::size_t group, int round, double seconds);
    [[nodiscard]] static nlohmann::json slicing_line(const std::string& case_name, const Slicing& slicing);
    [[nodiscard]] static nlohmann::json whole_line(const std::string& case_name);
    [[nodiscard]] nlohmann::json allotment_line(const std::map<CaseKey, std::size_t>& sets) const;

    [[nodiscard]] bool is_taken(CaseKey key, int round) const { return taken_.contains({key, round}); }
    // It was skipped, did not finish, or was invalid: it is not run again.
    [[nodiscard]] bool has_failed(CaseKey key) const { return failed_.contains(key); }
    // The group's baseline; or the first case that has not failed, if that one has.
    [[nodiscard]] std::size_t baseline(std::size_t group) const;
    [[nodiscard]] int next_block(std::size_t group, int round) const;
    [[nodiscard]] Slicings& slicings() noexcept { return slicings_; }
    // There was no room for it beside the baseline: in this run it takes no turns.
    [[nodiscard]] bool takes_whole_samples(const std::string& case_name) const { return whole_.contains(case_name); }

    // How long measuring took so far.
    [[nodiscard]] double seconds() const noexcept { return seconds_; }
    // How long the latest set of a group took, of the first pass.
    [[nodiscard]] double seconds_of_set(std::size_t group) const { return set_seconds_.at(group); }
    [[nodiscard]] std::vector<Width> widths() const;
    // The sets that cases get in the second pass; empty if they were not allotted yet.
    [[nodiscard]] const std::map<CaseKey, std::size_t>& allotted() const noexcept { return allotted_; }

private:
    [[nodiscard]] CaseKey key_of(const nlohmann::json& entry) const;
    void take_entry(const nlohmann::json& entry);
    [[nodiscard]] double seconds_of_case(CaseKey key) const;

    const Plan& plan_;
    std::map<std::string, std::size_t> groups_;              // index by name
    std::vector<std::map<std::string, std::size_t>> cases_;  // by group: index by run_name
    std::set<std::pair<CaseKey, int>> taken_;                // with the round
    std::set<CaseKey> failed_;
    std::map<std::pair<std::size_t, int>, int> blocks_;  // by group and round: how many so far
    nlohmann::json partner_;                             // the latest entry of a baseline
    std::map<CaseKey, std::vector<SetValue>> values_;
    std::set<std::string> whole_;  // names of cases
    Slicings slicings_;
    double seconds_ = 0;
    std::map<std::pair<std::size_t, int>, double> round_seconds_;
    std::vector<double> set_seconds_;  // by group
    std::map<CaseKey, std::size_t> allotted_;
};

}  // namespace bench
