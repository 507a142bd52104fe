#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/suite/plan.h"
#include "bench/suite/results.h"
#include "sys/clock.h"

namespace bench {

// What is going on, on stderr: on a terminal one line that is rewritten in place, elsewhere a line every few seconds.
class Progress {
public:
    // `taken` are the steps that an earlier run has done.
    Progress(const Plan& plan, std::vector<bool> taken, bool quiet);

    void begin(std::size_t step);
    void end(std::size_t step);
    // Leaves the terminal's line clean for what follows.
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
    std::map<std::size_t, sys::Nanoseconds> durations_;  // by case: its latest
};

// "1:05", "2:03:04"
[[nodiscard]] std::string to_minutes(sys::Nanoseconds duration);
// Cut to `width` characters, with "..." for what is left out.
[[nodiscard]] std::string shorten(const std::string& text, std::size_t width);

// The last words, on stdout: the file, what came out how often, and why what is not ok is not, each reason once.
[[nodiscard]] std::string summary(const Results& results);

}  // namespace bench
