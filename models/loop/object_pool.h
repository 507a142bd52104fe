#pragma once

#include <deque>
#include <utility>
#include <vector>

namespace models {

// Objects that are used again and again. They never move, because a loop, a library or the kernel keeps their
// addresses.
template <class Object>
class ObjectPool {
public:
    // Returns a free object, or makes one.
    template <class... Arguments>
    [[nodiscard]] Object& take(Arguments&&... arguments) {
        if (free_.empty()) return objects_.emplace_back(std::forward<Arguments>(arguments)...);
        Object& taken = *free_.back();
        free_.pop_back();
        return taken;
    }
    void give_back(Object& object) { free_.push_back(&object); }

    [[nodiscard]] auto begin() noexcept { return objects_.begin(); }
    [[nodiscard]] auto end() noexcept { return objects_.end(); }

private:
    std::deque<Object> objects_;
    std::vector<Object*> free_;
};

}  // namespace models
