#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <vector>

#include "bench/native/bare_tasks.h"

namespace bench {

void ParkFibers::run(std::size_t tasks, const Ended& ended) {
    namespace context = boost::context;
    // The pool lives on between runs, like a model's.
    static context::pooled_fixedsize_stack stacks{std::size_t{64} * 1024};
    std::vector<context::fiber> parked;
    parked.reserve(tasks);
    for (std::size_t index = 0; index < tasks; ++index) {
        context::fiber one{std::allocator_arg, stacks, [&ended, index](context::fiber&& caller) {
                               caller = std::move(caller).resume();
                               ended(index);
                               return std::move(caller);
                           }};
        parked.push_back(std::move(one).resume());
    }
    for (context::fiber& one : parked) one = std::move(one).resume();
}

}  // namespace bench
