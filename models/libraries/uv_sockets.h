#pragma once

#include <cstddef>
#include <vector>

#include "models/libraries/uv_listener.h"
#include "models/libraries/uv_loop.h"
#include "models/libraries/uv_stream.h"
#include "models/loop/object_pool.h"

namespace models {

// libuv's loop with a stream or a listener for each descriptor that the tasks use.
class UvSocketLoop final : public UvLoop {
public:
    UvSocketLoop() = default;
    ~UvSocketLoop();

    // Null if libuv cannot make one: `result` then says why.
    [[nodiscard]] UvStream* stream_of(int descriptor, tasks::Result& result);
    [[nodiscard]] UvListener* listener_of(int descriptor, tasks::Result& result);
    // Call it before the task closes the descriptor. A listener for which other tasks wait is kept.
    void forget(int descriptor);

private:
    struct Sockets {
        UvStream* stream = nullptr;
        UvListener* listener = nullptr;
    };
    [[nodiscard]] Sockets& of(int descriptor);

    ObjectPool<UvStream> streams_;
    ObjectPool<UvListener> listeners_;
    std::vector<Sockets> by_descriptor_;
};

}  // namespace models
