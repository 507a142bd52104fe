#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace workloads {

// Reads HTTP/1.1 requests (RFC 9112) from pieces of a stream, however it was cut: a part of one, one, or several that
// were sent without waiting (pipelining). Bodies are not expected: a request that announces one is refused.
//
// Each line is judged as soon as it is there, so that who speaks something else (TLS, say) hears of it at once, and no
// byte is looked at twice.
class HttpRequests {
public:
    enum class State {
        unfinished,    // more has to come
        complete,      // a whole request was taken: keep_alive(), must_be_told() and head_only() are of it
        malformed,     // to be answered with 400, and the connection closed
        too_large,     // with 431
        not_possible,  // with 501: a method that is not served, or a body
    };
    // Of a request's line and fields together, and of the empty lines before it.
    static constexpr std::size_t largest = 8192;

    // More of the stream has come.
    void add(std::string_view piece);
    // Takes the next request out of what has come. After anything but unfinished and complete the stream is of no use.
    [[nodiscard]] State next();

    // Whether the client wants to go on with this connection.
    [[nodiscard]] bool keep_alive() const noexcept { return !wants_close_ && (!is_1_0_ || wants_keep_alive_); }
    // It asked for what is not its version's custom (HTTP/1.0), and goes on only where the answer says so too.
    [[nodiscard]] bool must_be_told() const noexcept { return keep_alive() && is_1_0_; }
    // HEAD: the answer has no body.
    [[nodiscard]] bool head_only() const noexcept { return head_only_; }

private:
    // One line, without its end: complete where it is well-formed.
    State read_line(std::string_view line);
    State read_request_line(std::string_view line);
    State read_field(std::string_view line);
    State read_host(std::string_view value);
    // The last line has not come to its end yet.
    [[nodiscard]] State judge_rest() const;

    std::string pending_;
    std::size_t line_ = 0;     // where the line begins that is being read
    std::size_t scanned_ = 0;  // up to here there is no end of it
    std::size_t size_ = 0;     // of the lines that have been read of this request
    bool in_fields_ = false;   // its first line has been read
    bool is_1_0_ = false;
    bool wants_close_ = false;
    bool wants_keep_alive_ = false;
    bool head_only_ = false;
    bool has_host_ = false;
};

}  // namespace workloads
