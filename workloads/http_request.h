#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace workloads {

// Reads HTTP/1.1 requests (RFC 9112) from pieces of a stream, however it was cut: a part of one, one, or several that
// were sent without waiting (pipelining). Bodies are not expected: a request that announces one is refused.
class HttpRequests {
public:
    enum class State {
        unfinished,    // more has to come
        complete,      // a whole request was taken: keep_alive() and head_only() are of it
        malformed,     // to be answered with 400, and the connection closed
        too_large,     // with 431
        not_possible,  // with 501: a method that is not served, or a body
    };
    // Of a request's line and fields together.
    static constexpr std::size_t largest = 8192;

    // More of the stream has come.
    void add(std::string_view piece) { pending_.append(piece); }
    // Takes the next request out of what has come. After anything but unfinished and complete the stream is of no use.
    [[nodiscard]] State next();

    // Whether the client wants to go on with this connection.
    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
    // HEAD: the answer has no body.
    [[nodiscard]] bool head_only() const noexcept { return head_only_; }

private:
    State read_head(std::string_view head);
    State read_line(std::string_view line);
    State read_field(std::string_view line);

    std::string pending_;
    bool keep_alive_ = true;
    bool head_only_ = false;
    bool has_host_ = false;
};

}  // namespace workloads
