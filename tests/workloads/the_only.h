#pragma once

#include <stdexcept>
#include <utility>
#include <vector>

namespace workloads {

// Of a vector with one element: the element.
template <class T>
[[nodiscard]] T the_only(std::vector<T> elements) {
    if (elements.size() != 1) throw std::logic_error{"there are " + std::to_string(elements.size()) + " elements"};
    return std::move(elements.front());
}

}  // namespace workloads
