#include "faults/fault_test.h"

#include <cerrno>
#include <fstream>
#include <thread>

#include "faults/outcomes.h"

namespace models {
namespace {

// Without those of the kernel's io_uring, which end a while after their ring.
std::size_t own_threads() {
    std::size_t count = 0;
    for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
        std::ifstream file{thread.path() / "comm"};
        std::string name;
        count += std::getline(file, name) && !name.starts_with("iou-") ? 1 : 0;
    }
    return count;
}

}  // namespace

Held held_now() {
    std::ifstream maps{"/proc/self/maps"};
    std::size_t shared = 0;
    for (std::string line; std::getline(maps, line);)
        shared += line.find("/dev/zero (deleted)") != std::string::npos ? 1 : 0;
    siginfo_t info{};
    const bool has_children = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
    return {own_threads(), sys::open_descriptors(), shared, has_children};
}

Held held_finally(const Held& expected) {
    const sys::TimePoint deadline = sys::now() + std::chrono::seconds{5};
    Held held = held_now();
    while (held != expected && sys::now() < deadline) {
        std::this_thread::yield();
        held = held_now();
    }
    return held;
}

tasks::Arguments FaultTest::with_workers(std::int64_t count) {
    const bool has_workers = std::ranges::find(entry().parameters, std::string_view{"workers"},
                                               &tasks::Parameter::name) != entry().parameters.end();
    return has_workers ? tasks::Arguments{{"workers", count}} : tasks::Arguments{};
}

void FaultTest::run_well() {
    Running running{entry(), 3, [](std::size_t index) { return make_finished(index + 1); }};
    running.run_and_expect([](std::size_t index) { return index + 1; });
}

}  // namespace models
