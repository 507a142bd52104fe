#include "sys/thread.h"

#include <limits.h>

#include <algorithm>
#include <cassert>

#include "sys/check.h"
#include "sys/sanitizer.h"

namespace sys {
namespace {

class Attributes {
public:
    Attributes() { check_error(::pthread_attr_init(&attributes_), "pthread_attr_init"); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { ::pthread_attr_destroy(&attributes_); }
    void set_stack_bytes(std::size_t bytes) {
        check_error(::pthread_attr_setstacksize(&attributes_, bytes), "pthread_attr_setstacksize");
    }
    [[nodiscard]] const pthread_attr_t* get() const noexcept { return &attributes_; }

private:
    pthread_attr_t attributes_{};
};

}  // namespace

std::size_t Thread::least_stack_bytes() {
    constexpr std::size_t of_sanitizers = is_sanitized ? std::size_t{1} << 20 : 0;
    // Not a constant: it contains the thread-local storage of all libraries, which the C library takes from the stack.
    return std::max(of_sanitizers, static_cast<std::size_t>(PTHREAD_STACK_MIN));
}

pthread_t Thread::start(std::size_t stack_bytes, std::unique_ptr<Body> body) {
    const auto run = [](void* given) -> void* {
        // Destroyed in this thread, before a join() returns.
        const std::unique_ptr<Body> own{static_cast<Body*>(given)};
        [&]() noexcept { own->run(); }();
        return nullptr;
    };
    pthread_t thread{};
    if (stack_bytes == 0) {
        check_error(::pthread_create(&thread, nullptr, run, body.get()), "pthread_create");
    } else {
        Attributes attributes;
        attributes.set_stack_bytes(std::max(stack_bytes, least_stack_bytes()));
        check_error(::pthread_create(&thread, attributes.get(), run, body.get()), "pthread_create");
    }
    static_cast<void>(body.release());
    return thread;
}

void Thread::join() noexcept {
    if (!thread_) return;
    [[maybe_unused]] const int error = ::pthread_join(*thread_, nullptr);
    assert(error == 0);
    thread_.reset();
}

}  // namespace sys
