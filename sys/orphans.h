#pragma once

namespace sys {

// From now on a descendant whose parent has ended becomes a child of this process, not of init, so that this process
// can wait for it. A sandbox may forbid this; then those that a crash leaves behind go to init.
void adopt_orphans() noexcept;

// Kills and reaps all children of this process, and theirs, until none is left. Call it when only orphans are left.
void end_orphans();

}  // namespace sys
