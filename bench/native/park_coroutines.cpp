#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "bench/native/bare_tasks.h"

namespace bench {
namespace {

// Frames of one size. One that has ended is used again, as the model's frames are.
class FrameMemory {
public:
    constexpr FrameMemory() = default;
    FrameMemory(const FrameMemory&) = delete;
    FrameMemory& operator=(const FrameMemory&) = delete;
    ~FrameMemory() {
        while (free_ != nullptr) ::operator delete(std::exchange(free_, free_->next));
    }
    [[nodiscard]] void* take(std::size_t bytes) {
        return free_ != nullptr ? std::exchange(free_, free_->next) : ::operator new(bytes);
    }
    void give_back(void* frame) noexcept { free_ = new (frame) Free{free_}; }

private:
    struct Free {
        Free* next;
    };
    Free* free_ = nullptr;
};
// Only one coroutine uses it, and only one thread at a time runs a control.
constinit FrameMemory frames;

struct Parked {
    struct promise_type {
        static void* operator new(std::size_t bytes) { return frames.take(bytes); }
        static void operator delete(void* frame) noexcept { frames.give_back(frame); }
        Parked get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept { std::terminate(); }
    };
    std::coroutine_handle<> handle;
};

Parked park_one(std::size_t index, const Ended& ended) {
    co_await std::suspend_always{};
    ended(index);
}

}  // namespace

void ParkCoroutines::run(std::size_t tasks, const Ended& ended) {
    parked_.clear();
    try {
        for (std::size_t index = 0; index < tasks; ++index) parked_.push_back(park_one(index, ended).handle);
    } catch (...) {
        for (const std::coroutine_handle<> one : parked_) one.destroy();
        throw;
    }
    for (const std::coroutine_handle<> one : parked_) one.resume();
}

}  // namespace bench
