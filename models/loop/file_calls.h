#pragma once

#include "tasks/operation.h"

namespace models {

// Performs an operation on a file by system calls on this thread, which waits for the device if need be. A call that a
// signal interrupts is repeated, and a short one goes on with the rest. It waits for the device alone, so it ends by
// itself, also if the run has been abandoned meanwhile.
//
// Every carrier that blocks works so, and so does every loop that waits for readiness: poll, select and epoll call a
// regular file always ready (epoll refuses it), so a loop cannot wait for a file, and while the device works, all of
// its tasks stand still.
[[nodiscard]] tasks::Result call_on_file(const tasks::Read& read) noexcept;
[[nodiscard]] tasks::Result call_on_file(const tasks::Write& write) noexcept;
[[nodiscard]] tasks::Result call_on_file(const tasks::Sync& sync) noexcept;

}  // namespace models
