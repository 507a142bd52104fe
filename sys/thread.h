#pragma once

#include <pthread.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace sys {

// A thread with a stack of a chosen size, which std::thread does not offer. Its destructor joins it, like
// std::jthread's.
class Thread {
public:
    Thread() = default;
    // `stack_bytes`: 0 means the system's default (ulimit -s). A size below least_stack_bytes() is raised to it. Throws
    // std::system_error if the system has no thread or no memory left. An exception that leaves the function ends the
    // program.
    template <class Function>
    Thread(std::size_t stack_bytes, Function function)
        : thread_{start(stack_bytes, std::make_unique<BodyOf<Function>>(std::move(function)))} {}
    Thread(Thread&& other) noexcept : thread_{std::exchange(other.thread_, std::nullopt)} {}
    Thread& operator=(Thread&& other) noexcept {
        if (this != &other) {
            join();
            thread_ = std::exchange(other.thread_, std::nullopt);
        }
        return *this;
    }
    ~Thread() { join(); }

    // Waits for the end of the function. Does nothing if there is no thread. Not for the thread itself.
    void join() noexcept;

    // What the C library needs, and 1 MiB in a build with sanitizers.
    [[nodiscard]] static std::size_t least_stack_bytes();

private:
    struct Body {
        virtual ~Body() = default;
        virtual void run() = 0;
    };
    template <class Function>
    struct BodyOf final : Body {
        explicit BodyOf(Function given) : function{std::move(given)} {}
        void run() override { function(); }
        Function function;
    };
    [[nodiscard]] static pthread_t start(std::size_t stack_bytes, std::unique_ptr<Body> body);

    std::optional<pthread_t> thread_;
};

}  // namespace sys
