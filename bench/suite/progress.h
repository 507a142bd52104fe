#pragma once

#include <optional>
#include <string>

#include "bench/suite/results.h"
#include "sys/clock.h"

namespace bench {

// Shows the progress on stderr: on a terminal in one line that is rewritten, elsewhere with a new line every few
// seconds.
class Progress {
public:
    explicit Progress(bool quiet);

    // `what`: "set 2 of 6, group 3 of 21". `left_s`: how long the run still takes, if that is known.
    void show(const std::string& what, std::optional<double> left_s, const std::string& group);
    // Erases the terminal's line.
    void clear() const;

private:
    bool quiet_;
    bool terminal_;
    sys::TimePoint shown_;
};

// "1:05", "2:03:04"
[[nodiscard]] std::string to_minutes(sys::Nanoseconds duration);
// Cuts the text to `width` characters; "..." marks the cut.
[[nodiscard]] std::string shorten(const std::string& text, std::size_t width);

// The last message of a run: the file, the number of samples by outcome, and each reason of a sample that is not ok,
// once.
[[nodiscard]] std::string summary(const Results& results);

}  // namespace bench
