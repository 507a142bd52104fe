#pragma once

#include <boost/context/stack_context.hpp>
#include <cstddef>
#include <memory>

#include "sys/stack_pool.h"

namespace bench {

// Guarded stacks of 64 KiB in the form that Boost expects, as the models use them. Boost.Fiber gives a stack back when
// it likes, so each stack keeps the pool alive.
struct PooledStacks {
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

}  // namespace bench
