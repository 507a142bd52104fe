#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/loop/run_queue.h"
#include "tasks/operation.h"

namespace models {

// libuv's numbers are negative errnos; only the end of a stream has one of its own.
[[nodiscard]] inline tasks::Result uv_outcome(ssize_t status) {
    return {status == UV_EOF ? 0 : static_cast<std::int64_t>(status)};
}

// An operation that waits, and how it ended.
struct UvRequest {
    Continuation* continuation = nullptr;
    std::span<std::byte> into;
    tasks::Result result;
};

class UvLoop;

// A stream of the library's, on a descriptor of its own beside the task's; used for one after another.
class UvStream {
public:
    explicit UvStream(UvLoop& loop) : loop_{loop} {}
    UvStream(const UvStream&) = delete;
    UvStream& operator=(const UvStream&) = delete;

    // Begins to be the stream of this descriptor; where that cannot be, a negative errno, and it may be used for
    // another.
    [[nodiscard]] int open(int descriptor);

    // Each: true, and an result, where it is done at once.
    [[nodiscard]] bool connect(UvRequest& request, const sockaddr_in& address);
    [[nodiscard]] bool receive(UvRequest& request);
    [[nodiscard]] bool send(UvRequest& request, std::span<const std::byte> bytes);

    // Its request is forgotten; it may be used again when the library says that it is closed.
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
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle_{};
    UvRequest* reader_ = nullptr;
    UvRequest* writer_ = nullptr;  // or it connects
    bool reading_ = false;
    std::vector<std::byte> left_;  // has been read, and not been asked for
    std::size_t left_from_ = 0;
    ssize_t ended_ = 0;  // likewise: the end, or an error
    uv_connect_t connecting_{};
    uv_write_t writing_{};
};

}  // namespace models
