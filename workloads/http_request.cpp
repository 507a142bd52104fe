#include "workloads/http_request.h"

#include <algorithm>
#include <cctype>

namespace workloads {
namespace {

constexpr std::string_view line_end = "\r\n";

char lower(char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); }

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// RFC 9110, 5.6.2.
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

// Whether one of the words between commas is this one.
bool lists(std::string_view words, std::string_view wanted) {
    for (;;) {
        const std::size_t comma = words.find(',');
        if (same_word(trimmed(words.substr(0, comma)), wanted)) return true;
        if (comma == std::string_view::npos) return false;
        words.remove_prefix(comma + 1);
    }
}

}  // namespace

HttpRequests::State HttpRequests::next() {
    // Empty lines before a request are to be ignored (RFC 9112, 2.2).
    while (pending_.starts_with(line_end)) pending_.erase(0, line_end.size());
    const std::size_t end = pending_.find("\r\n\r\n");
    if (std::min(end, pending_.size()) > largest) return State::too_large;
    if (end == std::string::npos) return State::unfinished;
    const State state = read_head(std::string_view{pending_}.substr(0, end));
    pending_.erase(0, end + 4);
    return state;
}

HttpRequests::State HttpRequests::read_head(std::string_view head) {
    keep_alive_ = true;
    head_only_ = false;
    has_host_ = false;
    const std::size_t first_end = head.find(line_end);
    State state = read_line(head.substr(0, first_end));
    while (state == State::complete && first_end != std::string_view::npos && !head.empty()) {
        const std::size_t end = head.find(line_end);
        if (end == std::string_view::npos) break;
        head.remove_prefix(end + line_end.size());
        state = read_field(head.substr(0, head.find(line_end)));
    }
    return state == State::complete && !has_host_ ? State::malformed : state;
}

// "GET /path HTTP/1.1"
HttpRequests::State HttpRequests::read_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return State::malformed;
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(method) || target.empty() || !std::ranges::all_of(target, is_visible)) return State::malformed;
    if (version == "HTTP/1.0") {
        keep_alive_ = false;
        has_host_ = true;  // it needs none
    } else if (version != "HTTP/1.1") {
        return State::malformed;
    }
    head_only_ = method == "HEAD";
    return method == "GET" || head_only_ ? State::complete : State::not_possible;
}

// "Name: value"
HttpRequests::State HttpRequests::read_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return State::malformed;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::ranges::any_of(value, [](char letter) { return letter == '\0' || letter == '\r' || letter == '\n'; })) {
        return State::malformed;
    }
    if (same_word(name, "host")) has_host_ = true;
    if (same_word(name, "connection")) {
        if (lists(value, "close")) keep_alive_ = false;
        if (lists(value, "keep-alive")) keep_alive_ = true;
    }
    if (same_word(name, "transfer-encoding")) return State::not_possible;
    if (same_word(name, "content-length") && value != "0") return State::not_possible;
    return State::complete;
}

}  // namespace workloads
