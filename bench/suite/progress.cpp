#include "bench/suite/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdio>
#include <utility>

namespace bench {
namespace {

// The time between two lines of a log. A suite has more than a thousand samples, too many for a line each.
constexpr std::chrono::seconds log_interval{5};

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string in_words(std::string outcome) {
    std::ranges::replace(outcome, '_', ' ');
    return outcome;
}

}  // namespace

Progress::Progress(const Plan& plan, std::vector<bool> taken, bool quiet)
    : plan_{plan}, taken_{std::move(taken)}, quiet_{quiet}, terminal_{::isatty(STDERR_FILENO) == 1} {
    assert(taken_.size() == plan.steps.size());
    done_ = static_cast<std::size_t>(std::ranges::count(taken_, true));
}

void Progress::begin(std::size_t step) {
    begun_ = sys::now();
    const bool due = terminal_ || shown_ == sys::TimePoint{} || begun_ - shown_ >= log_interval;
    if (quiet_ || !due) return;
    shown_ = begun_;
    show(std::to_string(done_) + "/" + std::to_string(plan_.steps.size()) + ", round " +
             std::to_string(plan_.steps[step].round + 1) + "/" + std::to_string(plan_.rounds) + time_left() + ": ",
         plan_.cases[plan_.steps[step].index].name);
}

void Progress::end(std::size_t step) {
    assert(!taken_[step]);
    durations_[plan_.steps[step].index] = sys::now() - begun_;
    taken_[step] = true;
    ++done_;
}

void Progress::clear() const {
    if (terminal_ && !quiet_) std::fputs("\r\x1b[K", stderr);
}

// Assumes that a case takes as long as its latest sample, and a case without a sample as long as the mean.
std::string Progress::time_left() const {
    if (durations_.empty()) return {};
    sys::Nanoseconds known{};
    for (const auto& [index, duration] : durations_) known += duration;
    const sys::Nanoseconds mean = known / static_cast<sys::Nanoseconds::rep>(durations_.size());
    sys::Nanoseconds left{};
    for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
        if (taken_[step]) continue;
        const auto duration = durations_.find(plan_.steps[step].index);
        left += duration != durations_.end() ? duration->second : mean;
    }
    return ", " + to_minutes(left) + " left";
}

void Progress::show(const std::string& head, const std::string& name) const {
    if (terminal_) {
        std::fprintf(stderr, "\r%s\x1b[K", shorten(head + name, terminal_width() - 1).c_str());
    } else {
        std::fprintf(stderr, "%s%s\n", head.c_str(), name.c_str());
    }
    std::fflush(stderr);
}

std::string to_minutes(sys::Nanoseconds duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    const auto two_digits = [](auto number) { return std::to_string(100 + number).substr(1); };
    if (seconds < 3600) return std::to_string(seconds / 60) + ":" + two_digits(seconds % 60);
    return std::to_string(seconds / 3600) + ":" + two_digits(seconds / 60 % 60) + ":" + two_digits(seconds % 60);
}

std::string shorten(const std::string& text, std::size_t width) {
    constexpr std::string_view ellipsis{"..."};
    if (text.size() <= width) return text;
    if (width <= ellipsis.size()) return text.substr(0, width);
    return text.substr(0, width - ellipsis.size()).append(ellipsis);
}

std::string summary(const Results& results) {
    std::string text = results.path().string() + ": " + std::to_string(results.size()) + " samples";
    for (const char* const outcome : {"ok", "skipped", "did_not_finish", "invalid"}) {
        const auto count = results.counts().find(outcome);
        if (count != results.counts().end()) text += ", " + std::to_string(count->second) + " " + in_words(outcome);
    }
    for (const Mishap& mishap : results.mishaps()) {
        text += "\n  " + std::to_string(mishap.count) + " " + in_words(mishap.outcome) + ": " + mishap.reason + " (" +
                mishap.case_name + (mishap.count > 1 ? ", ...)" : ")");
    }
    return text + "\n";
}

}  // namespace bench
