#include <boost/context/fiber.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "bench/native/bare_tasks.h"
#include "models/fiber_stacks.h"

namespace bench {

namespace context = boost::context;

// A fiber stays on its stack when its task has ended, and runs the next task there, as the model's fibers do.
struct ParkFibers::Fibers {
    models::FiberStacks stacks;
    const Ended* ended = nullptr;        // of the current run
    std::vector<context::fiber> fibers;  // destroyed first: they are on the stacks

    void add(std::size_t index) {
        fibers.emplace_back(std::allocator_arg, stacks, [this, index](context::fiber&& caller) -> context::fiber {
            for (;;) {
                caller = std::move(caller).resume();
                (*ended)(index);
                caller = std::move(caller).resume();
            }
        });
    }
};

ParkFibers::ParkFibers() : fibers_{std::make_unique<Fibers>()} {}
ParkFibers::~ParkFibers() = default;

void ParkFibers::run(std::size_t tasks, const Ended& ended) {
    std::vector<context::fiber>& fibers = fibers_->fibers;
    fibers_->ended = &ended;
    while (fibers.size() < tasks) fibers_->add(fibers.size());
    for (std::size_t index = 0; index < tasks; ++index) fibers[index] = std::move(fibers[index]).resume();
    for (std::size_t index = 0; index < tasks; ++index) fibers[index] = std::move(fibers[index]).resume();
}

}  // namespace bench
