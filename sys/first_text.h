#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>

namespace sys {

// A text that any process may write once: the first one is kept. For memory that processes share, where zeroed memory
// is "no text yet". A long text is cut.
class FirstText {
public:
    FirstText() = default;
    FirstText(const FirstText&) = delete;
    FirstText& operator=(const FirstText&) = delete;

    void write(std::string_view text) noexcept {
        int none = 0;
        if (!state_.compare_exchange_strong(none, writing)) return;
        *std::copy_n(text.begin(), std::min(text.size(), text_.size() - 1), text_.begin()) = '\0';
        state_.store(written);
    }
    [[nodiscard]] bool is_there() const noexcept { return state_.load() == written; }
    // Empty if there is none.
    [[nodiscard]] std::string read() const { return is_there() ? std::string{text_.data()} : std::string{}; }

private:
    static constexpr int writing = 1;
    static constexpr int written = 2;

    std::atomic<int> state_{0};
    std::array<char, 252> text_{};
};

}  // namespace sys
