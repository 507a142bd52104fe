#pragma once

#include <exception>
#include <utility>

namespace models {

// Carries an exception out of callbacks from a C library: no exception may pass through C. Keeps the last one.
class CapturedException {
public:
    template <class Function>
    void guard(Function function) noexcept {
        try {
            function();
        } catch (...) {
            failure_ = std::current_exception();
        }
    }
    [[nodiscard]] bool is_there() const noexcept { return failure_ != nullptr; }
    void rethrow() {
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

private:
    std::exception_ptr failure_;
};

}  // namespace models
