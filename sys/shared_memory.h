#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace sys {

// Memory that is shared with all children that are forked later. It has no name, so that no file is left in /dev/shm,
// even if the processes are killed. The kernel fills it with zeros, and allocates a page when it is first used.
class SharedMapping {
public:
    // Throws std::system_error. Of 0 bytes nothing is mapped: every mapping makes a fork dearer.
    explicit SharedMapping(std::size_t bytes);
    SharedMapping(SharedMapping&& other) noexcept
        : data_{std::exchange(other.data_, nullptr)}, bytes_{std::exchange(other.bytes_, 0)} {}
    SharedMapping& operator=(SharedMapping other) noexcept {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    SharedMapping(const SharedMapping&) = delete;
    ~SharedMapping();

    [[nodiscard]] void* data() const noexcept { return data_; }

private:
    void* data_{nullptr};
    std::size_t bytes_;
};

// `count` objects of T in shared memory. They are never destroyed, because a child that ends must not destroy them for
// the others.
template <class T>
class SharedArray {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    explicit SharedArray(std::size_t count) : mapping_{count * sizeof(T)}, count_{count} {
        std::uninitialized_value_construct_n(static_cast<T*>(mapping_.data()), count);
    }
    [[nodiscard]] std::span<T> span() const noexcept {
        if (count_ == 0) return {};
        return {std::launder(static_cast<T*>(mapping_.data())), count_};
    }
    [[nodiscard]] T& operator[](std::size_t index) const noexcept {
        assert(index < count_);
        return std::launder(static_cast<T*>(mapping_.data()))[index];
    }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] auto begin() const noexcept { return span().begin(); }
    [[nodiscard]] auto end() const noexcept { return span().end(); }

private:
    SharedMapping mapping_;
    std::size_t count_;
};

// One object in shared memory.
template <class T>
class Shared {
public:
    [[nodiscard]] T& operator*() const noexcept { return array_[0]; }
    [[nodiscard]] T* operator->() const noexcept { return &array_[0]; }

private:
    SharedArray<T> array_{1};
};

}  // namespace sys
