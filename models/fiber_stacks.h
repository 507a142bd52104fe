#pragma once

#include <boost/context/stack_context.hpp>
#include <cstddef>
#include <memory>

#include "models/model.h"
#include "sys/stack_pool.h"

namespace models {

// Guarded stacks of 64 KiB in the form that Boost.Context and Boost.Fiber expect. (Boost's own pool has no guards, and
// writes to both ends of a stack: that makes two pages of real memory instead of one.) Boost.Fiber gives a stack back
// when it likes, even after the model has ended, so each stack keeps the pool alive.
struct FiberStacks {
    std::shared_ptr<sys::StackPool> pool = std::make_shared<sys::StackPool>(std::size_t{64} * 1024);

    [[nodiscard]] boost::context::stack_context allocate() const {
        boost::context::stack_context stack;
        stack.size = pool->bytes();
        stack.sp = pool->take();
        return stack;
    }
    void deallocate(boost::context::stack_context& stack) const noexcept {
        pool->give_back(static_cast<std::byte*>(stack.sp));
    }
};

// For Entry::support: each task may have a guarded stack.
[[nodiscard]] inline Support support_fiber_each(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    const std::size_t mappings = demand.tasks_at_once * sys::mappings_per_stack(sys::best_stack_guard());
    return first_refusal({support_one_process(demand, arguments), enough_mappings(mappings)});
}

}  // namespace models
