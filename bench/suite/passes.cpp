#include "bench/suite/passes.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace bench {

Passes::Passes(const Plan& plan, const Settings& settings, std::optional<double> budget_s, Record& record,
               Results& results, Progress& progress)
    : plan_{plan},
      budget_s_{budget_s},
      record_{record},
      results_{results},
      progress_{progress},
      sets_{plan, settings, record, results} {}

bool Passes::take_all(sys::SignalWatch& signals) {
    int rounds = 0;
    for (int round = 0; round < plan_.rounds; ++round) {
        const Round taken = take_round(round, signals);
        if (taken == Round::interrupted) return false;
        // Every case has at least so many sets.
        if (taken == Round::whole && rounds == round) rounds = round + 1;
    }
    results_.set_rounds(rounds);
    return !budget_s_ || take_allotted(signals);
}

Passes::Round Passes::take_round(int round, sys::SignalWatch& signals) {
    bool all = true;
    for (const std::size_t group : order(round)) {
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < plan_.groups[group].cases.size(); ++i) {
            if (!record_.is_taken({group, i}, round) && !record_.has_failed({group, i})) missing.push_back(i);
        }
        if (missing.empty()) continue;
        if (round > 0 && !lasts_for(record_.seconds_of_set(group))) {
            all = false;
            continue;
        }
        show("set " + std::to_string(round + 1) + " of " + std::to_string(plan_.rounds), group);
        if (signals.interrupted() || !sets_.take(group, round, missing, signals)) return Round::interrupted;
    }
    return all ? Round::whole : Round::in_part;
}

// If the budget does not last for a whole round, the groups that take least come first, so that as many as possible
// have the set.
std::vector<std::size_t> Passes::order(int round) const {
    std::vector<std::size_t> groups(plan_.groups.size());
    std::iota(groups.begin(), groups.end(), 0U);
    const auto seconds = [&](std::size_t group) { return record_.seconds_of_set(group); };
    double all = 0;
    for (const std::size_t group : groups) all += seconds(group);
    if (round > 0 && !lasts_for(all)) std::ranges::stable_sort(groups, {}, seconds);
    return groups;
}

bool Passes::take_allotted(sys::SignalWatch& signals) {
    if (record_.allotted().empty()) {
        const auto more = allot(record_.widths(), *budget_s_ - record_.seconds());
        const nlohmann::json line = record_.allotment_line(more);
        results_.note(line);
        results_.commit();
        record_.take(line);
    }
    std::size_t most = 0;
    for (const auto& [key, more] : record_.allotted()) most = std::max(most, more);
    for (std::size_t further = 0; further < most; ++further) {
        const int round = plan_.rounds + static_cast<int>(further);
        for (std::size_t group = 0; group < plan_.groups.size(); ++group) {
            std::vector<std::size_t> cases;
            for (const auto& [key, more] : record_.allotted()) {
                const bool missing = further < more && !record_.is_taken(key, round) && !record_.has_failed(key);
                if (key.first == group && missing) cases.push_back(key.second);
            }
            if (cases.empty()) continue;
            // How long a set takes was estimated.
            if (!lasts_for(0)) return true;
            show("further sets, " + std::to_string(further + 1) + " of " + std::to_string(most), group);
            if (signals.interrupted() || !sets_.take(group, round, cases, signals)) return false;
        }
    }
    return true;
}

bool Passes::lasts_for(double seconds) const { return !budget_s_ || record_.seconds() + seconds <= *budget_s_; }

void Passes::show(const std::string& set, std::size_t group) const {
    progress_.show(set + ", group " + std::to_string(group + 1) + " of " + std::to_string(plan_.groups.size()),
                   seconds_left(), plan_.groups[group].name);
}

// With a budget, what is left of it; otherwise what the sets take that are missing, if all groups were measured once.
std::optional<double> Passes::seconds_left() const {
    if (budget_s_) return *budget_s_ - record_.seconds();
    double all = 0;
    for (std::size_t group = 0; group < plan_.groups.size(); ++group) {
        if (record_.seconds_of_set(group) == 0) return std::nullopt;
        all += record_.seconds_of_set(group) * plan_.rounds;
    }
    return all - record_.seconds();
}

}  // namespace bench
