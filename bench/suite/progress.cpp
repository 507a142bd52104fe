#include "bench/suite/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace bench {
namespace {

// The time between two lines of a log: a line for each set of a group would be too many.
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

Progress::Progress(bool quiet) : quiet_{quiet}, terminal_{::isatty(STDERR_FILENO) == 1} {}

void Progress::show(const std::string& what, std::optional<double> left_s, const std::string& group) {
    const sys::TimePoint now = sys::now();
    if (quiet_ || !(terminal_ || shown_ == sys::TimePoint{} || now - shown_ >= log_interval)) return;
    shown_ = now;
    std::string text = what;
    if (left_s) {
        const std::chrono::duration<double> left{std::max(0.0, *left_s)};
        text += ", " + to_minutes(std::chrono::duration_cast<sys::Nanoseconds>(left)) + " left";
    }
    text += ": " + group;
    if (terminal_) {
        std::fprintf(stderr, "\r%s\x1b[K", shorten(text, terminal_width() - 1).c_str());
    } else {
        std::fprintf(stderr, "%s\n", text.c_str());
    }
    std::fflush(stderr);
}

void Progress::clear() const {
    if (terminal_ && !quiet_) std::fputs("\r\x1b[K", stderr);
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
