#pragma once

#include <array>
#include <string_view>

#include "models/model.h"

namespace models {

// What goes wrong in the tests of this folder: the columns of the table in docs/faults.md.
enum class Fault {
    task_throws,
    spawned_task_throws,
    compute_throws,
    no_first_carrier,
    no_further_carrier,
    peer_resets,
    slow_reader,
    no_descriptor,
    signals,
};
inline constexpr std::array all_faults{Fault::task_throws,      Fault::spawned_task_throws, Fault::compute_throws,
                                       Fault::no_first_carrier, Fault::no_further_carrier,  Fault::peer_resets,
                                       Fault::slow_reader,      Fault::no_descriptor,       Fault::signals};

// How a run ends: the cells of that table.
namespace outcome {
inline constexpr std::string_view throws = "throws";            // run() throws what the task threw
inline constexpr std::string_view tells = "process tells";      // run() throws, and says what a process said at its end
inline constexpr std::string_view refused = "refused";          // the constructor or run() throws, and names the call
inline constexpr std::string_view none_needed = "needs none";   // the model starts no thread and no process
inline constexpr std::string_view task_learns = "task learns";  // the operation ends with the errno
inline constexpr std::string_view works = "works";              // all work is done
}  // namespace outcome

// It starts threads or processes.
[[nodiscard]] inline bool starts_carriers(const Entry& entry) {
    return entry.family == Family::threads || entry.family == Family::processes || entry.family == Family::hybrids ||
           entry.name == "asio_pool";
}

// The tests check that each fault has this outcome.
[[nodiscard]] inline std::string_view outcome_of(const Entry& entry, Fault fault) {
    switch (fault) {
        case Fault::task_throws:
        case Fault::spawned_task_throws:
        case Fault::compute_throws: return entry.forks ? outcome::tells : outcome::throws;
        case Fault::no_first_carrier:
        case Fault::no_further_carrier: return starts_carriers(entry) ? outcome::refused : outcome::none_needed;
        case Fault::peer_resets:
        case Fault::no_descriptor: return outcome::task_learns;
        case Fault::slow_reader:
        case Fault::signals: return outcome::works;
    }
    return "";
}

}  // namespace models
