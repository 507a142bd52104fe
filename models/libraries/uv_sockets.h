#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

#include "models/libraries/uv_files.h"
#include "models/libraries/uv_listener.h"
#include "models/libraries/uv_loop.h"
#include "models/libraries/uv_stream.h"
#include "models/loop/object_pool.h"

namespace models {

// libuv's loop with a stream or a listener for each socket that the tasks use, and with their files.
class UvSocketLoop final : public UvLoop {
public:
    UvSocketLoop() = default;
    ~UvSocketLoop() {
        files_.abandon();
        for (const Sockets& sockets : by_descriptor_) {
            if (sockets.stream != nullptr) sockets.stream->close();
            if (sockets.listener != nullptr) sockets.listener->close();
        }
        finish_closing();
    }

    [[nodiscard]] UvFiles& files() noexcept { return files_; }
    // Null if libuv cannot make one: `result` then says why.
    [[nodiscard]] UvStream* stream_of(int descriptor, tasks::Result& result) {
        return open_once(of(descriptor).stream, streams_, descriptor, result);
    }
    [[nodiscard]] UvListener* listener_of(int descriptor, tasks::Result& result) {
        return open_once(of(descriptor).listener, listeners_, descriptor, result);
    }
    // Call it before the task closes the descriptor. A listener for which other tasks wait is kept.
    void forget(int descriptor) {
        auto& [stream, listener] = of(descriptor);
        if (stream != nullptr) std::exchange(stream, nullptr)->close();
        if (listener != nullptr && !listener->waited_for()) std::exchange(listener, nullptr)->close();
    }

private:
    struct Sockets {
        UvStream* stream = nullptr;
        UvListener* listener = nullptr;
    };
    [[nodiscard]] Sockets& of(int descriptor) {
        assert(descriptor >= 0);
        const auto index = static_cast<std::size_t>(descriptor);
        if (index >= by_descriptor_.size()) by_descriptor_.resize(std::max(index + 1, 2 * by_descriptor_.size()));
        return by_descriptor_[index];
    }
    template <class Socket>
    Socket* open_once(Socket*& place, ObjectPool<Socket>& pool, int descriptor, tasks::Result& result) {
        if (place != nullptr) return place;
        Socket& made = pool.take(*this, pool);
        result = uv_result(made.open(descriptor));
        if (!result.failed()) place = &made;
        return place;
    }

    UvFiles files_{*this};
    ObjectPool<UvStream> streams_;
    ObjectPool<UvListener> listeners_;
    std::vector<Sockets> by_descriptor_;
};

}  // namespace models
