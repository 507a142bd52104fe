#pragma once

#include <uv.h>

#include <deque>

#include "models/libraries/uv_loop.h"
#include "models/loop/object_pool.h"
#include "models/loop/socket_calls.h"

namespace models {

// Accepts connections when libuv finds that the listener is readable. Used for one listener after another.
class UvListener {
public:
    // close() gives it back to the pool.
    UvListener(UvLoop& loop, ObjectPool<UvListener>& pool) : loop_{loop}, pool_{pool} {}
    UvListener(const UvListener&) = delete;
    UvListener& operator=(const UvListener&) = delete;

    // Begins to serve the task's listener; a negative errno if libuv cannot poll it.
    [[nodiscard]] int open(int descriptor);
    void accept(UvRequest& request);
    [[nodiscard]] bool waited_for() const noexcept { return !acceptors_.empty(); }
    void close();

private:
    static void on_ready(uv_poll_t* poll, int status, int events);

    UvLoop& loop_;
    ObjectPool<UvListener>& pool_;
    uv_poll_t poll_{};
    bool polling_ = false;
    SocketOperation accept_;
    std::deque<UvRequest*> acceptors_;
};

}  // namespace models
