#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace workloads {

// Reads HTTP/1.1 requests (RFC 9112) from a stream that comes in pieces of any length: a piece may hold a part of a
// request, or several requests (pipelining). A request with a body is refused.
//
// Each line is checked when it is complete, so that a client with another protocol (TLS) is refused at once. No byte is
// read twice.
class HttpRequests {
public:
    enum class State {
        unfinished,    // the next request is not complete yet
        complete,      // a request was read: keep_alive(), must_be_told() and head_only() describe it
        malformed,     // answer 400
        too_large,     // answer 431
        not_possible,  // answer 501: the method is not served, or there is a body
    };
    // Most bytes of a request: its line, its fields, and empty lines before it.
    static constexpr std::size_t largest = 8192;

    // Adds the next piece of the stream.
    void add(std::string_view piece);
    // Reads the next request from the pieces. After malformed, too_large or not_possible, close the connection: the
    // rest of the stream cannot be read.
    [[nodiscard]] State next();

    // Whether the client wants to keep the connection.
    [[nodiscard]] bool keep_alive() const noexcept { return !wants_close_ && (!is_1_0_ || wants_keep_alive_); }
    // The client speaks HTTP/1.0, and asked to keep the connection. It does so only if the answer has a field that
    // allows it.
    [[nodiscard]] bool must_be_told() const noexcept { return keep_alive() && is_1_0_; }
    // The method is HEAD: the answer has no body.
    [[nodiscard]] bool head_only() const noexcept { return head_only_; }

private:
    // Each reads a line without its end, and returns complete if the line is well-formed.
    State read_line(std::string_view line);
    State read_request_line(std::string_view line);
    State read_field(std::string_view line);
    State read_host(std::string_view value);
    // Whether the current line, which need not have an end yet, begins as a request or an empty line does. Asked before
    // its length is, so that the answer does not depend on the pieces in which it comes.
    [[nodiscard]] bool may_become_a_line() const;

    std::string pending_;
    std::size_t line_ = 0;     // position in pending_ where the current line begins
    std::size_t scanned_ = 0;  // the current line has no end before this position
    std::size_t size_ = 0;     // bytes of the lines of this request that were read
    bool in_fields_ = false;   // the request line was read
    bool is_1_0_ = false;
    bool wants_close_ = false;
    bool wants_keep_alive_ = false;
    bool head_only_ = false;
    bool has_host_ = false;
};

}  // namespace workloads
