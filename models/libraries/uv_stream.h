#pragma once

#include <uv.h>

#include <cstddef>
#include <span>
#include <vector>

#include "models/libraries/uv_loop.h"
#include "models/loop/object_pool.h"

namespace models {

// A stream of the library, on a duplicate of the task's descriptor. Used for one descriptor after another.
class UvStream {
public:
    // close() gives it back to the pool.
    UvStream(UvLoop& loop, ObjectPool<UvStream>& pool) : loop_{loop}, pool_{pool} {}
    UvStream(const UvStream&) = delete;
    UvStream& operator=(const UvStream&) = delete;

    // Begins to serve a task's descriptor. Returns a negative errno if libuv cannot do it. This stream then goes back
    // to the pool: do not call close().
    [[nodiscard]] int open(int descriptor);

    // Each returns true, and the result in the request, if the operation is done at once.
    [[nodiscard]] bool connect(UvRequest& request, const sockaddr_in& address);
    [[nodiscard]] bool receive(UvRequest& request);
    [[nodiscard]] bool send(UvRequest& request, std::span<const std::byte> bytes);

    // Forgets its requests.
    void close();

private:
    static UvStream& of(void* handle) { return *static_cast<UvStream*>(static_cast<uv_handle_t*>(handle)->data); }
    static void on_buffer(uv_handle_t* stream, std::size_t, uv_buf_t* buffer);
    static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer);
    void read(ssize_t count, std::span<const std::byte> bytes);
    [[nodiscard]] bool take_what_is_left(UvRequest& request);
    [[nodiscard]] int make(int descriptor);
    [[nodiscard]] int take_over(int descriptor);
    bool wait_as(UvRequest*& place, UvRequest& request);
    void finish(UvRequest*& place, tasks::Result result);
    [[nodiscard]] uv_stream_t* stream() noexcept { return &handle_.stream; }

    UvLoop& loop_;
    ObjectPool<UvStream>& pool_;
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle_{};
    UvRequest* reader_ = nullptr;
    UvRequest* writer_ = nullptr;  // a send or a connect
    bool reading_ = false;
    std::vector<std::byte> left_;  // bytes that were read and that no task has taken
    std::size_t left_from_ = 0;
    ssize_t ended_ = 0;  // the end of the stream or an error, for the next receive; 0 if neither has come
    uv_connect_t connecting_{};
    uv_write_t writing_{};
};

}  // namespace models
