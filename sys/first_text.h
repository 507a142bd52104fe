#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>

namespace sys {

// A text that any process may write once: the first one is kept. For memory that processes share, where zeroed memory
// is "no text yet". A long text is cut. A process that is killed while it writes leaves no text; then that of the next
// one is kept.
class FirstText {
public:
    FirstText() = default;
    FirstText(const FirstText&) = delete;
    FirstText& operator=(const FirstText&) = delete;

    void write(std::string_view text) noexcept {
        for (Place& place : places_) {
            int state = empty;
            if (place.state.compare_exchange_strong(state, writing)) return place.write(text);
            // Another one is there. If it is not complete, its writer may have been killed.
            if (state == written) return;
        }
    }
    [[nodiscard]] bool is_there() const noexcept { return std::ranges::any_of(places_, &Place::is_written); }
    // Empty if there is none.
    [[nodiscard]] std::string read() const {
        const auto* const first = std::ranges::find_if(places_, &Place::is_written);
        return first != places_.end() ? std::string{first->text.data()} : std::string{};
    }

private:
    static constexpr int empty = 0;
    static constexpr int writing = 1;
    static constexpr int written = 2;

    struct Place {
        std::atomic<int> state{empty};
        std::array<char, 252> text{};

        void write(std::string_view from) noexcept {
            *std::copy_n(from.begin(), std::min(from.size(), text.size() - 1), text.begin()) = '\0';
            state.store(written);
        }
        [[nodiscard]] bool is_written() const noexcept { return state.load() == written; }
    };

    // Those that fail together are few: a process and the children that end it.
    std::array<Place, 8> places_;
};

}  // namespace sys
