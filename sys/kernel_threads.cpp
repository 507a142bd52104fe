#include "sys/kernel_threads.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace sys {
namespace {

// PF_KTHREAD of include/linux/sched.h.
constexpr unsigned long kernel_thread_flag = 0x00200000;

bool is_kernel_thread(const std::filesystem::path& folder) {
    // "pid (name) state ppid pgrp session tty_nr tpgid flags ..."; the name may hold anything.
    std::ifstream file{folder / "stat"};
    std::string text;
    if (!std::getline(file, text, '\0')) return false;
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return false;
    std::size_t place = name_end + 2;
    for (int field = 0; field < 6 && place != std::string::npos; ++field) {
        place = text.find(' ', place);
        if (place != std::string::npos) ++place;
    }
    return place != std::string::npos && (std::stoul(text.substr(place)) & kernel_thread_flag) != 0;
}

}  // namespace

KernelThreadTimes kernel_thread_times() {
    KernelThreadTimes times;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
        const std::string name = entry.path().filename().string();
        if (!std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
        if (!is_kernel_thread(entry.path())) continue;
        // "<time on a CPU> <time waiting for one> <slices>", nanoseconds.
        std::ifstream schedstat{entry.path() / "schedstat"};
        std::int64_t running_ns = 0;
        if (schedstat >> running_ns) times[static_cast<pid_t>(std::stol(name))] = Nanoseconds{running_ns};
    }
    return times;
}

Nanoseconds used_between(const KernelThreadTimes& before, const KernelThreadTimes& after) {
    Nanoseconds used{0};
    for (const auto& [thread, time] : after) {
        const auto then = before.find(thread);
        // A number that is used again belongs to another thread.
        const bool same = then != before.end() && then->second <= time;
        used += same ? time - then->second : time;
    }
    return used;
}

}  // namespace sys
