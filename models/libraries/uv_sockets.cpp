#include "models/libraries/uv_sockets.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace models {
namespace {

// The handle that stands for a descriptor already, or one from the pool.
template <class Handle>
Handle* open_once(Handle*& place, ObjectPool<Handle>& pool, UvLoop& loop, int descriptor, tasks::Result& result) {
    if (place != nullptr) return place;
    Handle& made = pool.take(loop, pool);
    result = uv_result(made.open(descriptor));
    if (!result.failed()) place = &made;
    return place;
}

}  // namespace

UvSocketLoop::~UvSocketLoop() {
    for (const Sockets& sockets : by_descriptor_) {
        if (sockets.stream != nullptr) sockets.stream->close();
        if (sockets.listener != nullptr) sockets.listener->close();
    }
    finish_closing();
}

UvStream* UvSocketLoop::stream_of(int descriptor, tasks::Result& result) {
    return open_once(of(descriptor).stream, streams_, *this, descriptor, result);
}

UvListener* UvSocketLoop::listener_of(int descriptor, tasks::Result& result) {
    return open_once(of(descriptor).listener, listeners_, *this, descriptor, result);
}

void UvSocketLoop::forget(int descriptor) {
    auto& [stream, listener] = of(descriptor);
    if (stream != nullptr) std::exchange(stream, nullptr)->close();
    if (listener != nullptr && !listener->waited_for()) std::exchange(listener, nullptr)->close();
}

UvSocketLoop::Sockets& UvSocketLoop::of(int descriptor) {
    assert(descriptor >= 0);
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= by_descriptor_.size()) by_descriptor_.resize(std::max(index + 1, 2 * by_descriptor_.size()));
    return by_descriptor_[index];
}

}  // namespace models
