#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace models {

// How many tasks wait for other tasks, by what they wait for.
struct WaitingTasks {
    std::size_t events = 0;
    std::size_t semaphores = 0;
    std::size_t channels = 0;

    [[nodiscard]] std::size_t total() const noexcept { return events + semaphores + channels; }
};

// No task of the run can ever go on, because every one waits for another.
class Deadlock : public std::logic_error {
public:
    explicit Deadlock(const WaitingTasks& waiting) : std::logic_error{message(waiting)} {}

private:
    [[nodiscard]] static std::string message(const WaitingTasks& waiting) {
        std::string text = "deadlock: every task waits, and nothing can resume one";
        const char* separator = " (they wait for ";
        const auto add = [&](std::size_t count, const char* what) {
            if (count == 0) return;
            text += separator + std::string{what} + ": " + std::to_string(count);
            separator = ", ";
        };
        add(waiting.semaphores, "semaphores");
        add(waiting.channels, "channels");
        add(waiting.events, "events");
        return waiting.total() == 0 ? text : text + ")";
    }
};

}  // namespace models
