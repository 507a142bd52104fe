#include "workloads/io/chunked_response.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace workloads {

ChunkedResponse::State ChunkedResponse::read(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (part_ == Part::over) return State::malformed;
        if (part_ == Part::chunk_data) {
            const std::span<const std::byte> data = bytes.first(std::min(bytes.size(), chunk_left_));
            body_.add(data);
            body_bytes_ += data.size();
            chunk_left_ -= data.size();
            bytes = bytes.subspan(data.size());
            if (chunk_left_ == 0) part_ = Part::chunk_end;
            continue;
        }
        constexpr std::size_t line_max = 8192;
        const auto end = std::ranges::find(bytes, std::byte{'\n'});
        const auto length = static_cast<std::size_t>(end - bytes.begin());
        for (const std::byte byte : bytes.first(length)) line_ += static_cast<char>(byte);
        if (line_.size() > line_max) return State::malformed;
        if (end == bytes.end()) return State::unfinished;
        bytes = bytes.subspan(length + 1);
        if (line_.empty() || line_.back() != '\r') return State::malformed;
        line_.pop_back();
        if (take_line() == State::malformed) return State::malformed;
        line_.clear();
    }
    return part_ == Part::over ? State::complete : State::unfinished;
}

ChunkedResponse::State ChunkedResponse::take_line() {
    const std::string_view line = line_;
    switch (part_) {
        case Part::status:
            if (!line.starts_with("HTTP/1.1 200 ")) return State::malformed;
            part_ = Part::header;
            break;
        case Part::header:
            if (line == "Transfer-Encoding: chunked") chunked_ = true;
            if (!line.empty()) break;
            if (!chunked_) return State::malformed;
            part_ = Part::chunk_size;
            break;
        case Part::chunk_size: {
            const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), chunk_left_, 16);
            if (error != std::errc{} || end != line.data() + line.size()) return State::malformed;
            part_ = chunk_left_ > 0 ? Part::chunk_data : Part::trailer;
            break;
        }
        case Part::chunk_end:
            if (!line.empty()) return State::malformed;
            part_ = Part::chunk_size;
            break;
        case Part::trailer:
            if (line.empty()) part_ = Part::over;
            break;
        case Part::chunk_data:
        case Part::over: return State::malformed;
    }
    return State::unfinished;
}

}  // namespace workloads
