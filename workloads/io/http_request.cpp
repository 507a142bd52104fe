#include "workloads/io/http_request.h"

#include <algorithm>
#include <cctype>

namespace workloads {
namespace {

char lower(char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); }

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// A token of RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 || marks.find(letter) != std::string_view::npos;
    });
}

bool is_visible(char letter) { return letter > ' ' && letter != '\x7f'; }

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char letter) { return letter == ' ' || letter == '\t'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// Whether `words`, which are separated by commas, contain the wanted word.
bool lists(std::string_view words, std::string_view wanted) {
    for (;;) {
        const std::size_t comma = words.find(',');
        if (same_word(trimmed(words.substr(0, comma)), wanted)) return true;
        if (comma == std::string_view::npos) return false;
        words.remove_prefix(comma + 1);
    }
}

// Checks a Content-Length: it must consist of digits, and be 0, because no request with a body is served.
HttpRequests::State judge_length(std::string_view value) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    if (value.empty() || !std::ranges::all_of(value, is_digit)) return HttpRequests::State::malformed;
    const bool nothing = value.find_first_not_of('0') == std::string_view::npos;
    return nothing ? HttpRequests::State::complete : HttpRequests::State::not_possible;
}

}  // namespace

void HttpRequests::add(std::string_view piece) {
    pending_.erase(0, line_);
    scanned_ -= line_;
    line_ = 0;
    pending_.append(piece);
}

HttpRequests::State HttpRequests::next() {
    for (;;) {
        if (!may_become_a_line()) return State::malformed;
        const std::size_t end = pending_.find('\n', scanned_);
        if (end == std::string::npos) {
            scanned_ = pending_.size();
            return size_ + scanned_ - line_ > largest ? State::too_large : State::unfinished;
        }
        scanned_ = end + 1;
        size_ += scanned_ - line_;
        if (size_ > largest) return State::too_large;
        // Some programs accept a line feed alone as the end of a line, and some do not. If a proxy and a server differ,
        // an attacker can hide a request in another one (request smuggling).
        if (end == line_ || pending_[end - 1] != '\r') return State::malformed;
        const std::string_view line = std::string_view{pending_}.substr(line_, end - 1 - line_);
        line_ = scanned_;
        // A server ignores empty lines before a request (RFC 9112, 2.2).
        if (line.empty() && !in_fields_) continue;
        if (!line.empty()) {
            if (const State state = read_line(line); state != State::complete) return state;
            continue;
        }
        in_fields_ = false;
        size_ = 0;
        return has_host_ || is_1_0_ ? State::complete : State::malformed;
    }
}

bool HttpRequests::may_become_a_line() const {
    // Only bytes that a request may have: those behind them make it too large, whatever they are.
    const std::string_view begin = std::string_view{pending_}.substr(line_, std::min<std::size_t>(largest - size_, 2));
    return in_fields_ || begin.empty() || begin == "\r" || begin == "\r\n" || is_token(begin.substr(0, 1));
}

HttpRequests::State HttpRequests::read_line(std::string_view line) {
    if (in_fields_) return read_field(line);
    in_fields_ = true;
    wants_close_ = false;
    wants_keep_alive_ = false;
    has_host_ = false;
    return read_request_line(line);
}

// "GET /path HTTP/1.1"
HttpRequests::State HttpRequests::read_request_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return State::malformed;
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(method) || target.empty() || !std::ranges::all_of(target, is_visible)) return State::malformed;
    is_1_0_ = version == "HTTP/1.0";
    if (!is_1_0_ && version != "HTTP/1.1") return State::malformed;
    head_only_ = method == "HEAD";
    return method == "GET" || head_only_ ? State::complete : State::not_possible;
}

// "Name: value"
HttpRequests::State HttpRequests::read_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return State::malformed;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::ranges::any_of(value, [](char letter) { return letter == '\0' || letter == '\r'; })) {
        return State::malformed;
    }
    if (same_word(name, "host")) return read_host(value);
    if (same_word(name, "connection")) {
        wants_close_ |= lists(value, "close");
        wants_keep_alive_ |= lists(value, "keep-alive");
    }
    if (same_word(name, "transfer-encoding")) return State::not_possible;
    if (same_word(name, "content-length")) return judge_length(value);
    return State::complete;
}

// A second Host field, or one with spaces, is refused, because programs read it in different ways (RFC 9112, 3.2).
HttpRequests::State HttpRequests::read_host(std::string_view value) {
    const bool good = !has_host_ && std::ranges::all_of(value, is_visible);
    has_host_ = true;
    return good ? State::complete : State::malformed;
}

}  // namespace workloads
