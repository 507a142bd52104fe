#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/suite/plan.h"
#include "bench/suite/progress.h"
#include "bench/suite/record.h"
#include "bench/suite/results.h"
#include "bench/suite/set_taker.h"
#include "sys/signal_watch.h"

namespace bench {

// Takes all sets of a run. First pass: every group as many times as planned, as long as the budget lasts, but once in
// any case. Second pass: what is left of the budget goes to the cases with the widest intervals.
class Passes {
public:
    // All but the budget outlive this object. Without a budget there is no second pass.
    Passes(const Plan& plan, const Settings& settings, std::optional<double> budget_s, Record& record, Results& results,
           Progress& progress);

    // Returns false if a signal came. Throws std::runtime_error if the results cannot be written.
    [[nodiscard]] bool take_all(sys::SignalWatch& signals);

private:
    enum class Round { whole, in_part, interrupted };
    [[nodiscard]] Round take_round(int round, sys::SignalWatch& signals);
    [[nodiscard]] std::vector<std::size_t> order(int round) const;
    [[nodiscard]] bool take_allotted(sys::SignalWatch& signals);
    [[nodiscard]] bool lasts_for(double seconds) const;
    void show(const std::string& set, std::size_t group) const;
    [[nodiscard]] std::optional<double> seconds_left() const;

    const Plan& plan_;
    std::optional<double> budget_s_;
    Record& record_;
    Results& results_;
    Progress& progress_;
    SetTaker sets_;
};

}  // namespace bench
