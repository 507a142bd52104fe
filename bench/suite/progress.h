#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/suite/plan.h"
#include "bench/suite/results.h"
#include "sys/clock.h"

namespace bench {

// Shows the progress on stderr: on a terminal in one line that is rewritten, elsewhere with a new line every few
// seconds.
class Progress {
public:
    // `taken`: for each step, whether an interrupted run has taken it already.
    Progress(const Plan& plan, std::vector<bool> taken, bool quiet);

    void begin(std::size_t step);
    void end(std::size_t step);
    // Erases the terminal's line.
    void clear() const;

private:
    [[nodiscard]] std::string time_left() const;
    void show(const std::string& head, const std::string& name) const;

    const Plan& plan_;
    std::vector<bool> taken_;
    bool quiet_;
    bool terminal_;
    std::size_t done_ = 0;
    sys::TimePoint begun_;
    sys::TimePoint shown_;
    std::map<std::size_t, sys::Nanoseconds> durations_;  // by case: the latest sample's
};

// "1:05", "2:03:04"
[[nodiscard]] std::string to_minutes(sys::Nanoseconds duration);
// Cuts the text to `width` characters; "..." marks the cut.
[[nodiscard]] std::string shorten(const std::string& text, std::size_t width);

// The last message of a run: the file, the number of samples by outcome, and each reason of a sample that is not ok,
// once.
[[nodiscard]] std::string summary(const Results& results);

}  // namespace bench
